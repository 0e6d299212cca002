namespace OrleansSocial.Realtime;

/// <summary>Lets the roster of a silo forget, each second, what no longer holds.</summary>
internal sealed class RosterUpkeep(Roster roster, IClusterMembershipService cluster, TimeProvider clock) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private ITimer? _timer;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(RosterUpkeep), ServiceLifecycleStage.Active, Start, Stop);

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        _timer = clock.CreateTimer(_ => roster.Expire(IsDead), null, s_period, s_period);
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken cancellation)
    {
        Dispose();
        return Task.CompletedTask;
    }

    private bool IsDead(SiloAddress silo) => cluster.CurrentSnapshot.GetSiloStatus(silo) is SiloStatus.Dead;
}
