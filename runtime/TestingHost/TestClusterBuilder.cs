using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Configures the silos of a test cluster.</summary>
public interface ISiloConfigurator
{
    /// <summary>Configures one silo.</summary>
    void Configure(ISiloBuilder siloBuilder);
}

/// <summary>Configures the client of a test cluster.</summary>
public interface IClientBuilderConfigurator
{
    /// <summary>Configures the client.</summary>
    void Configure(IConfiguration configuration, IClientBuilder clientBuilder);
}

/// <summary>Configures the hosts of a test cluster.</summary>
public interface IHostConfigurator
{
    /// <summary>Configures the host of one silo.</summary>
    void Configure(IHostBuilder hostBuilder);
}

/// <summary>Builds a cluster of silos in the process of the test, configured by types.</summary>
/// <remarks>
/// A configurator is made anew for each silo, so it holds no state of the test; pass such through <see cref="Properties"/>,
/// which each silo finds in its configuration.
/// </remarks>
public class TestClusterBuilder
{
    private readonly List<Action<IConfigurationBuilder>> _hostConfiguration = [];
    private readonly List<Action> _beforeBuild = [];
    private readonly List<Func<object>> _configurators = [];
    private readonly List<Func<IClientBuilderConfigurator>> _clientConfigurators = [];

    /// <summary>A cluster of two silos.</summary>
    public TestClusterBuilder()
        : this(2)
    {
    }

    /// <summary>A cluster of that many silos.</summary>
    public TestClusterBuilder(short initialSilosCount) => Options.InitialSilosCount = initialSilosCount;

    /// <summary>The shape of the cluster.</summary>
    public TestClusterOptions Options { get; } = new();

    /// <summary>Settings that each silo finds in its configuration.</summary>
    public Dictionary<string, string?> Properties { get; } = [];

    /// <summary>Adds a configurator: an <see cref="ISiloConfigurator"/>, an <see cref="IHostConfigurator"/>, or both.</summary>
    /// <exception cref="ArgumentException">The type is neither.</exception>
    public TestClusterBuilder AddSiloBuilderConfigurator<T>()
        where T : new()
    {
        if (!typeof(ISiloConfigurator).IsAssignableFrom(typeof(T)) && !typeof(IHostConfigurator).IsAssignableFrom(typeof(T)))
        {
            throw new ArgumentException($"{typeof(T)} is neither {nameof(ISiloConfigurator)} nor {nameof(IHostConfigurator)}.");
        }

        _configurators.Add(static () => new T());
        return this;
    }

    /// <summary>Adds a configurator of the client.</summary>
    /// <exception cref="ArgumentException">The type is no <see cref="IClientBuilderConfigurator"/>.</exception>
    public TestClusterBuilder AddClientBuilderConfigurator<T>()
        where T : new()
    {
        if (!typeof(IClientBuilderConfigurator).IsAssignableFrom(typeof(T)))
            throw new ArgumentException($"{typeof(T)} is no {nameof(IClientBuilderConfigurator)}.");
        _clientConfigurators.Add(static () => (IClientBuilderConfigurator)(object)new T()!);
        return this;
    }

    /// <summary>Adds configuration of the hosts.</summary>
    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        _hostConfiguration.Add(configureDelegate);
        return this;
    }

    /// <summary>Runs a delegate when the cluster is built.</summary>
    public TestClusterBuilder ConfigureBuilder(Action configureDelegate)
    {
        _beforeBuild.Add(configureDelegate);
        return this;
    }

    /// <summary>The cluster; its silos start when it is deployed.</summary>
    public TestCluster Build()
    {
        _beforeBuild.ForEach(configure => configure());
        var network = new TestNetwork();
        return new TestCluster(Options, new SiloSet(Options, silo => CreateHost(silo, network), silos => CreateClient(silos, network)));
    }

    private IHost CreateClient(IReadOnlyList<InProcessSiloHandle> silos, TestNetwork network)
    {
        var host = new HostBuilder();
        ConfigureHost(host);
        host.UseOrleansClient((context, client) =>
        {
            network.Configure(client, Options, silos);
            foreach (var configurator in _clientConfigurators) configurator().Configure(context.Configuration, client);
        });
        return host.Build();
    }

    private IHost CreateHost(InProcessTestSiloSpecificOptions silo, TestNetwork network)
    {
        var configurators = _configurators.ConvertAll(make => make());
        var host = new HostBuilder();
        ConfigureHost(host);
        foreach (var configurator in configurators.OfType<IHostConfigurator>())
        {
            configurator.Configure(host);
        }

        host.UseOrleans(builder =>
        {
            network.Configure(builder, Options, silo);
            foreach (var configurator in configurators.OfType<ISiloConfigurator>())
            {
                configurator.Configure(builder);
            }
        });
        return host.Build();
    }

    private void ConfigureHost(HostBuilder host)
    {
        host.ConfigureHostConfiguration(configuration =>
        {
            configuration.AddInMemoryCollection(Properties);
            _hostConfiguration.ForEach(configure => configure(configuration));
        });
        host.ConfigureServices(services => services.AddSingleton<IHostLifetime, TestHostLifetime>());
    }
}

/// <summary>What the silos of one test cluster share: their membership and their connections, both in memory.</summary>
internal sealed class TestNetwork
{
    private readonly MemoryMembershipStore _membership = new(TimeProvider.System);
    private readonly MemoryTransport _connections = new();

    public void Configure(ISiloBuilder builder, TestClusterOptions options, InProcessTestSiloSpecificOptions silo)
    {
        builder.UseLocalhostClustering(silo.SiloPort, silo.GatewayPort, null, options.ServiceId, options.ClusterId);
        builder.Configure<SiloOptions>(o => o.SiloName = silo.SiloName);
        builder.Services.AddSingleton(_connections.Transport);
        if (options.UseTestClusterMembership) builder.Services.AddSingleton<IMembershipStore>(_membership);
    }

    public void Configure(IClientBuilder builder, TestClusterOptions options, IReadOnlyList<InProcessSiloHandle> silos)
    {
        builder.UseStaticClustering([.. silos.Where(s => s.GatewayAddress is not null).Select(s => s.GatewayAddress!.Endpoint)]);
        builder.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ServiceId));
        builder.Services.AddSingleton(_connections.Transport);
    }
}
