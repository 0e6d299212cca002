using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.TestingHost;

/// <summary>A cluster in the process of the test, made by <see cref="TestClusterBuilder"/>.</summary>
public sealed class TestCluster : TestClusterBase<SiloHandle>
{
    internal TestCluster(TestClusterOptions options, SiloSet silos)
        : base(silos) => Options = options;

    /// <summary>The shape of the cluster.</summary>
    public TestClusterOptions Options { get; }

    /// <summary>Makes references to grains.</summary>
    public IGrainFactory GrainFactory => Client;

    /// <summary>The services of <see cref="TestClusterBase{THandle}.Client"/>.</summary>
    public IServiceProvider ServiceProvider => Client.ServiceProvider;

    /// <summary>The first silo, in its present or last life.</summary>
    public SiloHandle Primary => SiloSet.Primary;

    /// <summary>The other silos that run.</summary>
    public IReadOnlyList<SiloHandle> SecondarySilos => [.. SiloSet.Active.Where(s => s.InstanceNumber > 0)];

    /// <summary>How long the cluster may need until all silos follow the same view: at once after a graceful stop, a lease after a kill.</summary>
    public static TimeSpan GetLivenessStabilizationTime(ClusterMembershipOptions clusterMembershipOptions, bool didKill = false)
    {
        ArgumentNullException.ThrowIfNull(clusterMembershipOptions);
        var lease = new SiloLeaseOptions();
        return didKill ? lease.LeaseDuration + lease.RenewPeriod + lease.RenewPeriod : lease.RenewPeriod + lease.RenewPeriod;
    }

    /// <summary>Stops the first silo gracefully.</summary>
    public Task StopPrimarySiloAsync() => StopSiloAsync(Primary);

    /// <summary>Stops all silos but the first gracefully.</summary>
    public async Task StopSecondarySilosAsync()
    {
        foreach (var silo in SecondarySilos.Reverse()) await StopSiloAsync(silo);
    }

    /// <summary>Starts a silo again that was stopped, on its ports, with a new generation.</summary>
    /// <exception cref="ArgumentException">No stopped silo of the cluster has that name.</exception>
    public async Task<SiloHandle> RestartStoppedSecondarySiloAsync(string siloName) => await SiloSet.RestartStopped(siloName);
}
