using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Builds a cluster of silos in the process of the test, configured by delegates that may hold state of the test.</summary>
public sealed class InProcessTestClusterBuilder
{
    private readonly List<Action<InProcessTestSiloSpecificOptions, ISiloBuilder>> _silo = [];
    private readonly List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> _host = [];

    /// <summary>A cluster of two silos.</summary>
    public InProcessTestClusterBuilder()
        : this(2)
    {
    }

    /// <summary>A cluster of that many silos.</summary>
    public InProcessTestClusterBuilder(short initialSilosCount) => Options.InitialSilosCount = initialSilosCount;

    /// <summary>The shape of the cluster.</summary>
    public InProcessTestClusterOptions Options { get; } = new();

    /// <summary>Configures each silo.</summary>
    public InProcessTestClusterBuilder ConfigureSilo(Action<InProcessTestSiloSpecificOptions, ISiloBuilder> configureSiloDelegate)
    {
        _silo.Add(configureSiloDelegate);
        return this;
    }

    /// <summary>Configures the host of each silo, before the silo itself.</summary>
    public InProcessTestClusterBuilder ConfigureSiloHost(
        Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder> configureSiloHostDelegate)
    {
        _host.Add(configureSiloHostDelegate);
        return this;
    }

    /// <summary>Configures every host.</summary>
    public InProcessTestClusterBuilder ConfigureHost(Action<IHostApplicationBuilder> configureDelegate)
    {
        _host.Add((_, host) => configureDelegate(host));
        return this;
    }

    /// <summary>The cluster; its silos start when it is deployed.</summary>
    public InProcessTestCluster Build()
    {
        var network = new TestNetwork();
        return new InProcessTestCluster(Options, new SiloSet(Options, silo => CreateHost(silo, network)));
    }

    private IHost CreateHost(InProcessTestSiloSpecificOptions silo, TestNetwork network)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        host.Services.AddSingleton<IHostLifetime, TestHostLifetime>();
        _host.ForEach(configure => configure(silo, host));
        host.UseOrleans(builder =>
        {
            network.Configure(builder, Options, silo);
            _silo.ForEach(configure => configure(silo, builder));
        });
        return host.Build();
    }
}
