using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Orleans.Conformance;

/// <summary>A silo in this process, with memory storage, and with whatever a test adds.</summary>
public static class OneSilo
{
    /// <summary>Starts it. Dispose the cluster to stop it.</summary>
    public static async Task<InProcessTestCluster> Start(Action<ISiloBuilder>? configure = null, TimeProvider? time = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            if (time is not null) silo.Services.AddSingleton(time);
            silo.AddMemoryGrainStorageAsDefault();
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}

/// <summary>One silo for all tests of a class.</summary>
public class OneSiloFixture : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    public InProcessTestCluster Cluster => _cluster!;

    public IGrainFactory Grains => Cluster.Client;

    public virtual async Task InitializeAsync() => Use(await OneSilo.Start());

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    protected void Use(InProcessTestCluster cluster) => _cluster = cluster;
}
