namespace OrleansSocial.Realtime;

/// <summary>Who is told about a person's coming and going, each for a limited time.</summary>
internal sealed class Watchers(int countMax)
{
    private readonly Dictionary<UserId, DateTimeOffset> _until = [];

    /// <summary>How many there are, those included whose time has ended unnoticed.</summary>
    public int Count => _until.Count;

    /// <summary>Adds or renews one. When there is no place, those whose time has ended make it, or else the one whose time ends first.</summary>
    public void Add(UserId watcher, DateTimeOffset until, DateTimeOffset now)
    {
        if (_until.Count >= countMax && !_until.ContainsKey(watcher))
        {
            RemoveEnded(now);
            if (_until.Count >= countMax) _until.Remove(_until.MinBy(w => w.Value).Key);
        }

        _until[watcher] = until;
    }

    /// <summary>Those whose time has not ended.</summary>
    public IEnumerable<UserId> Present(DateTimeOffset now)
    {
        RemoveEnded(now);
        return _until.Keys;
    }

    private void RemoveEnded(DateTimeOffset now)
    {
        foreach (var (watcher, until) in _until)
            if (until <= now)
                _until.Remove(watcher);
    }
}
