using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>Sums up the silos that its own silo knows to be active.</summary>
[StatelessWorker(1)]
internal sealed class SilosGrain(IClusterMembershipService cluster) : Grain, ISilosGrain
{
    public Task<long> Active() => Task.FromResult(
        cluster.CurrentSnapshot.Members.Values.Where(silo => silo.Status == SiloStatus.Active).Sum(silo => (long)silo.SiloAddress.GetConsistentHashCode()));
}
