namespace OrleansSocial.Kernel;

/// <summary>Where an event stands in the log.</summary>
/// <param name="Xid">The transaction that wrote it.</param>
/// <param name="Ordinal">Its place among the events of that transaction.</param>
internal readonly record struct EventPlace(ulong Xid, int Ordinal) : IComparable<EventPlace>
{
    /// <summary>Before everything.</summary>
    public static EventPlace Start => default;

    /// <inheritdoc/>
    public int CompareTo(EventPlace other) => (Xid, Ordinal).CompareTo((other.Xid, other.Ordinal));

    public static bool operator <(EventPlace a, EventPlace b) => a.CompareTo(b) < 0;

    public static bool operator >(EventPlace a, EventPlace b) => a.CompareTo(b) > 0;

    public static bool operator <=(EventPlace a, EventPlace b) => a.CompareTo(b) <= 0;

    public static bool operator >=(EventPlace a, EventPlace b) => a.CompareTo(b) >= 0;
}

/// <summary>An event as the log holds it.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Id">Names it for ever: an effect that is bound to it happens once.</param>
/// <param name="At">When it happened.</param>
/// <param name="Happened">What happened.</param>
internal sealed record StoredEvent(EventPlace Place, Guid Id, DateTimeOffset At, IEvent Happened);
