namespace OrleansSocial.Realtime;

/// <summary>Why a cursor is answered with a reset instead of what happened since.</summary>
internal enum ResetReason
{
    /// <summary>It is not: the changes follow.</summary>
    None,

    /// <summary>There was no cursor.</summary>
    NoCursor,

    /// <summary>The cursor is older than cursors may be.</summary>
    TooOld,

    /// <summary>The cursor names another history, or a horizon that this history has not reached.</summary>
    OtherHistory,

    /// <summary>More changes than are replayed.</summary>
    TooMany,
}

/// <summary>A stretch of what happened since a cursor.</summary>
/// <param name="Changes">In the order of their transactions; within each topic in the order of its numbers.</param>
/// <param name="Next">Where to go on: everything below has been handed out.</param>
/// <param name="More">There is more to read at once.</param>
/// <param name="Reset">Why nothing is replayed.</param>
internal sealed record ChangePage(IReadOnlyList<Change> Changes, CursorToken Next, bool More, ResetReason Reset);

/// <summary>How a cursor moves. Pure.</summary>
/// <remarks>Invariants:
/// 1. A cursor passes a transaction only when that transaction has ended and its changes were handed out: transactions commit in
///    another order than that of their numbers, so nothing at or above the lowest running one is ever passed.
/// 2. A cursor stays within what is on disk: after a crash PostgreSQL may give the number of an aborted transaction out again.
/// 3. A cursor never moves back, and every page that says there is more moves it forward.</remarks>
internal static class ChangeRules
{
    /// <summary>Whether a cursor can be carried on from where the database stands.</summary>
    public static ResetReason Judge(CursorToken? cursor, Horizon now, int today, int daysMax) => cursor switch
    {
        null => ResetReason.NoCursor,
        { } c when c.History != now.History || c.Horizon > now.Running => ResetReason.OtherHistory,
        { } c when today - c.Day > daysMax => ResetReason.TooOld,
        _ => ResetReason.None,
    };

    /// <summary>The horizon of a reader who starts now and reads the lists themselves.</summary>
    public static ulong Fresh(Horizon now) => Math.Min(now.Running, now.Durable + 1);

    /// <summary>Cuts a page from everything that happened since <paramref name="since"/>.</summary>
    /// <param name="all">Every change since then, in order; all of it is visible and therefore on disk.</param>
    /// <param name="since">The reader's horizon.</param>
    /// <param name="now">Where the database stood before the changes were read.</param>
    /// <param name="limit">Roughly how many changes make a page; those of one transaction stay together.</param>
    /// <returns>How many of the changes make the page, the next horizon, and whether there is more.</returns>
    public static (int Count, ulong Next, bool More) Cut(IReadOnlyList<Change> all, ulong since, Horizon now, int limit)
    {
        var last = all.Count == 0 ? 0 : all[^1].Xid;
        var settled = Math.Max(since, Math.Min(now.Running, Math.Max(now.Durable, last) + 1));
        if (all.Count <= limit) return (all.Count, settled, false);

        var count = limit;
        while (count < all.Count && all[count].Xid == all[count - 1].Xid) count++;
        if (count == all.Count) return (count, settled, false);
        if (all[count - 1].Xid < now.Running) return (count, all[count - 1].Xid + 1, true);

        // The page ends among transactions that a running one may still slip in before. What is settled makes the page;
        // when nothing is, the rest must go out in one piece, since the cursor cannot point into it.
        while (count > 0 && all[count - 1].Xid >= now.Running) count--;
        return count == 0 ? (all.Count, settled, false) : (count, all[count - 1].Xid + 1, true);
    }

    /// <summary>The order in which changes of several sources are handed out.</summary>
    public static int Compare(Change a, Change b)
    {
        var byXid = a.Xid.CompareTo(b.Xid);
        if (byXid != 0) return byXid;
        var byTopic = Nullable.Compare(a.Event.Topic, b.Event.Topic);
        if (byTopic != 0) return byTopic;
        var bySeq = Nullable.Compare(a.Event.Seq, b.Event.Seq);
        return bySeq != 0 ? bySeq : a.Event.Version.CompareTo(b.Event.Version);
    }
}
