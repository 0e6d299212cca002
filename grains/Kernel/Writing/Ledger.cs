namespace OrleansSocial.Kernel;

/// <summary>What one grain has under way at the writer of its silo, and where the order of what it stores stands.</summary>
/// <remarks>
/// A grain decides on a write and adds it; it may decide on the next one before the first is stored. Invariants:
/// 1. What a grain holds follows what is stored: writes are applied after their commit, in the order in which they were added,
///    whichever caller wakes first.
/// 2. A number is given only to what follows something that is stored or in the same transaction: numbers have no gaps.
/// 3. Once broken it stays broken: nothing more is written, the activation ends, and the next one reads the truth.
/// Adding and applying belong to the grain; the numbers belong to the one lane that its writes go through.
/// </remarks>
/// <param name="writer">The writer of the silo.</param>
/// <param name="owner">The grain's key: equal keys share a lane.</param>
/// <param name="storedSeq">The newest number that is stored.</param>
/// <param name="rules">What its grain says of it.</param>
internal sealed class Ledger(GroupCommit writer, Guid owner, long storedSeq, LedgerRules rules)
{
    private readonly Queue<Write> _waiting = [];
    private volatile bool _broken;
    private long _nextSeq;

    /// <summary>Picks the lane.</summary>
    public int OwnerHash { get; } = owner.GetHashCode();

    /// <summary>The newest number that this activation knows to be stored; never decreases.</summary>
    public long StoredSeq { get; private set; } = storedSeq;

    /// <summary>A write failed, so that memory may differ from the storage.</summary>
    public bool IsBroken => _broken;

    /// <summary>Sends a write on its way. It is applied once it has ended, however it did, after all writes before it.</summary>
    /// <returns>Why it is not taken; nothing has happened then.</returns>
    public Refusal? Add(Write write)
    {
        if (_broken) return CommonRefusals.Unavailable;
        if (_waiting.Count >= rules.WritesMax || !writer.TryAdd(write)) return rules.Busy;

        _waiting.Enqueue(write);
        return null;
    }

    /// <summary>Adds a write, waits until it has ended and is applied, and tells why it is not stored; null when it is.</summary>
    public async Task<Refusal?> Commit(Write write)
    {
        if (Add(write) is { } refusal) return refusal;

        var outcome = await write.End;
        Settle();
        return outcome == CommitOutcome.Stored ? null : CommonRefusals.Unavailable;
    }

    /// <summary>Applies what has ended, in order. For whoever has waited for the end of a write, before anything is decided on.</summary>
    public void Settle()
    {
        while (_waiting.TryPeek(out var next) && next.Outcome is { } outcome)
        {
            _waiting.Dequeue();
            rules.Apply(next);
            writer.Tell(next);
            if (outcome == CommitOutcome.Failed) rules.OnBroken();
        }
    }

    /// <summary>Forgets the numbers that were given to a transaction which did not come about.</summary>
    public void Rewind() => _nextSeq = StoredSeq;

    /// <summary>The next number of the order.</summary>
    public long TakeSeq() => ++_nextSeq;

    /// <summary>Takes note that the transaction is stored to which the numbers were given.</summary>
    public void Stored() => StoredSeq = Math.Max(StoredSeq, _nextSeq);

    /// <summary>Takes note that a write failed.</summary>
    public void Break() => _broken = true;
}

/// <summary>What a grain says of its <see cref="Ledger"/>.</summary>
/// <param name="WritesMax">Most writes that may wait.</param>
/// <param name="Busy">What a caller is told when more come.</param>
/// <param name="Apply">Brings what the grain holds up to a write that has ended, however it did.</param>
/// <param name="OnBroken">Ends the activation.</param>
internal sealed record LedgerRules(int WritesMax, Refusal Busy, Action<Write> Apply, Action OnBroken);
