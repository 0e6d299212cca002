namespace OrleansSocial.Realtime;

/// <summary>The people that a connection watches, and what it was last told of each.</summary>
/// <remarks>A notice may be lost, and a grain that moved does not know whom to tell; what a renewal answers makes up for it.</remarks>
internal sealed class WatchList(IReadOnlyCollection<PresenceNotice> told)
{
    private readonly Dictionary<UserId, bool> _told = told.ToDictionary(notice => notice.User, notice => notice.Online);

    /// <summary>Nobody.</summary>
    public static WatchList Empty { get; } = new([]);

    /// <summary>Who is watched.</summary>
    public IReadOnlyCollection<UserId> People => _told.Keys;

    /// <summary>Takes note of what the connection is told. False when it was told the same before, or does not watch the person.</summary>
    public bool Note(PresenceNotice notice)
    {
        lock (_told)
        {
            if (!_told.TryGetValue(notice.User, out var before) || before == notice.Online) return false;
            _told[notice.User] = notice.Online;
            return true;
        }
    }
}
