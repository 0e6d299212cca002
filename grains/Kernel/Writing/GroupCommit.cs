using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>The writer of a silo: writes of all slices that arrive within a moment share a transaction, and a writer waits for nothing when nothing is under way.</summary>
/// <remarks>
/// A lane has one transaction in flight; what arrives meanwhile is its next one. Under load transactions grow by themselves, on an
/// idle server each write goes at once. A transaction that PostgreSQL refuses for its content is split until the write at fault is
/// alone, so that it fails and nobody else does. When the outcome of a transaction is not known, all of its writes fail.
/// </remarks>
internal sealed class GroupCommit
{
    private static readonly LedgerRules s_looseRules = new(1, CommonRefusals.Unavailable, static _ => { }, static () => { });

    private readonly GroupCommitLane[] _lanes;

    private readonly IPersonalEvents? _people;

    public GroupCommit(
        Database database, WriteFence fence, IOptions<GroupCommitOptions> options, TimeProvider clock, ILogger<GroupCommit> log, IPersonalEvents? people = null)
    {
        _lanes = [.. Enumerable.Range(0, options.Value.LanesMax).Select(_ => new GroupCommitLane(database, fence, options.Value, Announce, clock, log))];
        _people = people;
    }

    /// <summary>Called on a lane with the events of each transaction that has any, once it is stored.</summary>
    public event Action<IReadOnlyList<StoredEvent>>? EventsStored;

    /// <summary>Called on a lane when a transaction has enqueued jobs, once it is stored.</summary>
    public event Action? JobsStored;

    /// <summary>Adds a write to its lane; <see cref="Write.End"/> tells the outcome. False, and nothing happens, when the lane is full.</summary>
    public bool TryAdd(Write write) => _lanes[(uint)write.Owner.OwnerHash % (uint)_lanes.Length].TryAdd(write);

    /// <summary>Tells people of the events of a write that has ended. What it changes is to be applied before.</summary>
    public void Tell(Write ended)
    {
        foreach (var stored in ended.Events) _people?.Tell(stored);
    }

    /// <summary>Says that jobs are to run which no transaction of this writer has enqueued.</summary>
    public void TellOfJobs() => JobsStored?.Invoke();

    /// <summary>An owner for one write that belongs to no grain: nothing goes before it and nothing after it.</summary>
    public Ledger NewLedger() => new(this, Guid.CreateVersion7(), 0, s_looseRules);

    /// <summary>Stores what belongs to no grain, and tells people of its events. False when it is not stored, or nobody knows.</summary>
    public async Task<bool> TryStore(Effects effects)
    {
        var ledger = NewLedger();
        return await ledger.Commit(new EffectWrite(ledger, effects)) is null;
    }

    /// <summary>Stores a row that belongs to no grain, and waits for it.</summary>
    /// <exception cref="DatabaseUnavailableException">It is not stored, or nobody knows.</exception>
    public async Task Store<T>(Statement<T> into, T row)
    {
        var effects = new Effects();
        effects.Add(into, row);
        if (!await TryStore(effects)) throw new DatabaseUnavailableException("A write was not stored, or nobody knows.");
    }

    private void Announce(Rows stored, IReadOnlyList<StoredEvent> events)
    {
        if (events.Count > 0) EventsStored?.Invoke(events);
        if (stored.Has(JobStore.Enqueued)) JobsStored?.Invoke();
    }
}
