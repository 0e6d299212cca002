namespace OrleansSocial.Kernel;

/// <summary>How far a part of a subscriber is in the log.</summary>
/// <param name="Version">One more with each move that is stored.</param>
/// <param name="Position">Every event below was handled.</param>
/// <param name="Day">No event from there on began long before.</param>
/// <param name="Ahead">Which ones from there on were handled too.</param>
internal sealed record EventPosition(long Version, EventPlace Position, DateOnly Day, IReadOnlyCollection<EventPlace> Ahead);

/// <summary>Moves a position over what was handled. Pure.</summary>
/// <remarks>Invariants:
/// 1. A position passes only what was handled, or was never there: nothing at or above the lowest running transaction is ever passed,
///    for it may still commit below what is visible.
/// 2. What is visible is handled at once all the same, and remembered as ahead: a long transaction holds no effect back.
/// 3. Positions never move back.
/// 4. An event is handled after every visible one of its topic that stands before it.</remarks>
internal sealed class EventProgress(EventPosition stored, int aheadMax)
{
    private readonly SortedSet<EventPlace> _ahead = [.. stored.Ahead];

    /// <summary>The version that is stored.</summary>
    public long Version { get; private set; } = stored.Version;

    /// <summary>Every event below was handled.</summary>
    public EventPlace Position { get; private set; } = stored.Position;

    /// <summary>No event from the position on began long before this day.</summary>
    public DateOnly Day { get; private set; } = stored.Day;

    /// <summary>How many from the position on were handled.</summary>
    public int AheadCount => _ahead.Count;

    /// <summary>So many were handled beyond the position that it has to move first.</summary>
    public bool IsFull => _ahead.Count >= aheadMax;

    /// <summary>Whether an event was handled.</summary>
    public bool IsHandled(EventPlace place) => place < Position || _ahead.Contains(place);

    /// <summary>Takes note of an event that was handled.</summary>
    public void Handled(EventPlace place)
    {
        if (place >= Position) _ahead.Add(place);
    }

    /// <summary>Moves the position as far as it goes.</summary>
    /// <param name="read">What stands from the position on, in order: all of it, or as much as was asked for.</param>
    /// <param name="more">Whether there may be more beyond.</param>
    /// <param name="running">The lowest transaction that was running before it was read.</param>
    /// <param name="today">The day of that reading.</param>
    public void Settle(IReadOnlyList<EventPlace> read, bool more, ulong running, DateOnly today)
    {
        var (end, settled) = (new EventPlace(running, 0), true);
        if (more && read[^1] < end) (end, settled) = (new(read[^1].Xid, read[^1].Ordinal + 1), false);
        foreach (var place in read)
        {
            if (place >= end) break;
            if (IsHandled(place)) continue;
            (end, settled) = (place, false);
            break;
        }

        if (end > Position) Position = end;
        if (settled) Day = today;
        _ahead.RemoveWhere(place => place < Position);
    }

    /// <summary>The position to be stored next.</summary>
    public EventPosition Next() => new(Version + 1, Position, Day, [.. _ahead]);

    /// <summary>Takes note that it is stored.</summary>
    public void Stored(EventPosition moved) => Version = moved.Version;
}
