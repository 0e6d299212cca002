using System.Diagnostics;

namespace OrleansSocial.Kernel;

/// <summary>How a write of the group commit ended.</summary>
internal enum CommitOutcome
{
    /// <summary>Durable.</summary>
    Stored,

    /// <summary>Nothing had to be written: what it asks for was stored before. The write knows the answer.</summary>
    Settled,

    /// <summary>Not stored, or nobody knows: what memory says of its owner may differ from the storage.</summary>
    Failed,
}

/// <summary>One durable change that waits for the transaction which it shares with others. All of its rows become durable, or none.</summary>
/// <remarks>Invariants:
/// 1. It ends exactly once.
/// 2. Writes of one owner are stored in the order in which they were added.
/// 3. After a write of an owner failed, every later write of the same owner in memory fails too.</remarks>
internal abstract class Write(Ledger owner)
{
    private readonly TaskCompletionSource<CommitOutcome> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CommitOutcome _outcome;
    private List<StoredEvent>? _events;

    /// <summary>Whose decisions it carries out.</summary>
    public Ledger Owner => owner;

    /// <summary>Ends when the write is durable, settled or lost; never faulted.</summary>
    public Task<CommitOutcome> End => _end.Task;

    /// <summary>How it ended; null while it has not.</summary>
    public CommitOutcome? Outcome => _end.Task.IsCompleted ? _outcome : null;

    /// <summary>The call that waits for it, where a trace of it is recorded; the default where none is.</summary>
    public ActivityContext Trace { get; } = Activity.Current is { Recorded: true } call ? call.Context : default;

    /// <summary>Its share of the size of a transaction, in characters.</summary>
    public abstract int Chars { get; }

    /// <summary>The events that were stored with it, in their order.</summary>
    public IReadOnlyList<StoredEvent> Events => _events ?? [];

    /// <summary>Adds its rows to a transaction. Again, with fewer writes beside it, when PostgreSQL refused the one before.</summary>
    public abstract void Render(Rows rows);

    /// <summary>Takes an event that was stored with it.</summary>
    public void Keep(StoredEvent stored) => (_events ??= []).Add(stored);

    /// <summary>Ends the write. The owner's memory of what is stored is brought up to date first.</summary>
    public void Finish(CommitOutcome outcome)
    {
        if (outcome == CommitOutcome.Failed) owner.Break();
        if (outcome == CommitOutcome.Stored) owner.Stored();
        _outcome = outcome;
        _end.SetResult(outcome);
    }
}
