using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Builds a cluster of silos in the process of the test, configured by delegates that may hold state of the test.</summary>
public sealed class InProcessTestClusterBuilder
{
    private readonly List<Action<InProcessTestSiloSpecificOptions, ISiloBuilder>> _silo = [];
    private readonly List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> _host = [];
    private readonly List<Action<IHostApplicationBuilder>> _everyHost = [];
    private readonly List<Action<IHostApplicationBuilder>> _clientHost = [];
    private readonly List<Action<IClientBuilder>> _client = [];

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
        _everyHost.Add(configureDelegate);
        return this;
    }

    /// <summary>Configures the client.</summary>
    public InProcessTestClusterBuilder ConfigureClient(Action<IClientBuilder> configureClientDelegate)
    {
        _client.Add(configureClientDelegate);
        return this;
    }

    /// <summary>Configures the host of the client, before the client itself.</summary>
    public InProcessTestClusterBuilder ConfigureClientHost(Action<IHostApplicationBuilder> configureHostDelegate)
    {
        _clientHost.Add(configureHostDelegate);
        return this;
    }

    /// <summary>The cluster; its silos start when it is deployed.</summary>
    public InProcessTestCluster Build()
    {
        var network = new TestNetwork();
        return new InProcessTestCluster(Options, new SiloSet(Options, silo => CreateHost(silo, network), silos => CreateClient(silos, network)));
    }

    private HostApplicationBuilder CreateBuilder()
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        host.Services.AddSingleton<IHostLifetime, TestHostLifetime>();
        _everyHost.ForEach(configure => configure(host));
        return host;
    }

    private IHost CreateClient(IReadOnlyList<InProcessSiloHandle> silos, TestNetwork network)
    {
        var host = CreateBuilder();
        _clientHost.ForEach(configure => configure(host));
        host.UseOrleansClient(client =>
        {
            network.Configure(client, Options, silos);
            _client.ForEach(configure => configure(client));
        });
        return host.Build();
    }

    private IHost CreateHost(InProcessTestSiloSpecificOptions silo, TestNetwork network)
    {
        var host = CreateBuilder();
        _host.ForEach(configure => configure(silo, host));
        host.UseOrleans(builder =>
        {
            network.Configure(builder, Options, silo);
            _silo.ForEach(configure => configure(silo, builder));
        });
        return host.Build();
    }
}
