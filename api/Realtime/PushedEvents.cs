namespace OrleansSocial.Realtime;

/// <summary>Which events were pushed since the horizon up to which the tables were compared with the pushes.</summary>
/// <remarks>Invariants:
/// 1. An event is in here only if it was handed to every connection that there was.
/// 2. It holds at most as many events as it was told; one that finds no place counts as not pushed and may come twice.</remarks>
internal sealed class PushedEvents(int countMax)
{
    private HashSet<EventKey> _before = [];
    private HashSet<EventKey> _during = [];

    /// <summary>True when an event more may find no place.</summary>
    public bool Full => _before.Count + _during.Count >= countMax;

    /// <summary>Notes an event that was pushed. Events that are never stored are not compared and not noted.</summary>
    public void Add(LiveEvent happened)
    {
        if (!Full && EventKey.Of(happened) is { } key) _during.Add(key);
    }

    /// <summary>Begins a comparison: what is pushed from here on may lie beyond what the comparison sees.</summary>
    public void BeginCompare()
    {
        if (_before.Count == 0)
        {
            (_before, _during) = (_during, _before);
            return;
        }

        _before.UnionWith(_during);
        _during.Clear();
    }

    /// <summary>Whether the event was pushed.</summary>
    public bool Contains(LiveEvent happened) => EventKey.Of(happened) is { } key && (_before.Contains(key) || _during.Contains(key));

    /// <summary>Ends a comparison. The changes from <paramref name="settled"/> on are seen by the next one again.</summary>
    public void EndCompare(IReadOnlyList<LiveEvent> changes, int settled)
    {
        // A burst must not hold its memory for ever.
        if (_before.Capacity > 64) _before = [];
        else _before.Clear();
        for (var i = settled; i < changes.Count; i++) Add(changes[i]);
    }

    private readonly record struct EventKey(string Type, Guid Topic, long Seq, int Version)
    {
        public static EventKey? Of(LiveEvent e) => e is { Topic: { } topic, Seq: { } seq } ? new(e.Type, topic, seq, e.Version) : null;
    }
}
