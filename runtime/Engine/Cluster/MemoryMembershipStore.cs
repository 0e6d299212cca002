using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Keeps the membership in memory: for silos of one process, and for those that reach the one which keeps it.</summary>
internal sealed class MemoryMembershipStore(TimeProvider clock, MembershipTable? table = null) : IMembershipStore
{
    private readonly Lock _lock = new();
    private readonly MembershipTable _table = table ?? new();
    private long _epochs;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public string Name => "the memory of a silo";

    /// <inheritdoc/>
    public bool HasWallClock => false;

    // Monotonic, like the clock of a database server that nobody sets.
    private DateTimeOffset Now => DateTimeOffset.UnixEpoch + clock.GetElapsedTime(0);

    /// <inheritdoc/>
    public Task<JoinReport> Join(JoinRequest request) => Do(() =>
    {
        var epoch = _table.Join(request, () => ++_epochs, Now);
        return new JoinReport(epoch, _table.Snapshot(Now));
    });

    /// <inheritdoc/>
    public Task<LeaseReport> Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease)
    {
        var telling = false;
        var report = Do(() => Report(_table.Renew(silo, epoch, settled, lease, Now, out telling)));
        if (telling) Changed?.Invoke();
        return report;
    }

    /// <inheritdoc/>
    public Task<LeaseReport> SetStatus(SiloAddress silo, long epoch, MemberStatus status) =>
        Do(() => Report(_table.SetStatus(silo, epoch, status)));

    /// <inheritdoc/>
    public Task Leave(SiloAddress silo, long epoch) => Do(() =>
    {
        _table.Leave(silo, epoch);
        return true;
    });

    /// <inheritdoc/>
    public Task<LeaseReport> Evict(SiloAddress silo, long epoch, TimeSpan lease) =>
        Do(() => Report(_table.Evict(silo, epoch, lease, Now)));

    /// <inheritdoc/>
    public Task<LeaseReport> Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms) =>
        Do(() => Report(_table.Suspect(silo, epoch, suspect, terms, Now)));

    /// <inheritdoc/>
    public Task<MembershipSnapshot> Read() => Do(() => _table.Snapshot(Now));

    private LeaseReport Report(LeaseState state) => new(state, _table.Snapshot(Now));

    private Task<T> Do<T>(Func<T> operation)
    {
        long before, after;
        T result;
        try
        {
            lock (_lock)
            {
                before = _table.Version;
                result = operation();
                after = _table.Version;
            }
        }
        catch (OrleansConfigurationException refusal)
        {
            return Task.FromException<T>(refusal);
        }

        if (after != before) Changed?.Invoke();
        return Task.FromResult(result);
    }
}
