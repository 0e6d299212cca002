namespace OrleansSocial.Realtime;

/// <summary>The people that a connection watches, and what it was last told of each.</summary>
/// <remarks>A notice may be lost; what a renewal answers makes up for it.</remarks>
internal sealed class WatchList(IReadOnlyCollection<UserId> people)
{
    private readonly Dictionary<UserId, bool?> _told = people.ToDictionary(user => user, _ => (bool?)null);

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

    /// <summary>Takes the answer from which the connection begins. What was told since it was asked for is newer.</summary>
    /// <returns>How things stand with those who are watched.</returns>
    public IReadOnlyList<PresenceNotice> Begin(IReadOnlyList<PresenceNotice> answer)
    {
        lock (_told) return [.. answer.Select(notice => notice with { Online = _told[notice.User] ??= notice.Online })];
    }
}
