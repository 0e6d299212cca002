using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Orleans.Hosting;

/// <summary>Options, services, gateways and events of a client.</summary>
public static class ClientBuilderExtensions
{
    /// <summary>Changes options.</summary>
    public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, Action<TOptions> configureOptions)
        where TOptions : class => builder.ConfigureServices(services => services.Configure(configureOptions));

    /// <summary>Reads options from configuration.</summary>
    public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, IConfiguration configuration)
        where TOptions : class => builder.ConfigureServices(services => services.Configure<TOptions>(configuration));

    /// <summary>Adds services.</summary>
    public static IClientBuilder ConfigureServices(this IClientBuilder builder, Action<IServiceCollection> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(builder.Services);
        return builder;
    }

    /// <summary>Changes logging.</summary>
    public static IClientBuilder ConfigureLogging(this IClientBuilder builder, Action<ILoggingBuilder> configureLogging) =>
        builder.ConfigureServices(services => services.AddLogging(configureLogging));

    /// <summary>The cluster on this machine.</summary>
    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder,
        int gatewayPort = EndpointOptions.DEFAULT_GATEWAY_PORT,
        string serviceId = "dev",
        string clusterId = "dev") => builder.UseLocalhostClustering([gatewayPort], serviceId, clusterId);

    /// <summary>The cluster on this machine, with gateways at these ports.</summary>
    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder, int[] gatewayPorts, string serviceId = "dev", string clusterId = "dev")
    {
        ArgumentNullException.ThrowIfNull(gatewayPorts);
        builder.UseStaticClustering(Array.ConvertAll(gatewayPorts, static port => new IPEndPoint(IPAddress.Loopback, port)));
        return builder.Configure<ClusterOptions>(o => (o.ServiceId, o.ClusterId) = (serviceId, clusterId));
    }

    /// <summary>The cluster with gateways at these endpoints. Whatever further gateways it has are learnt from the first that answers.</summary>
    public static IClientBuilder UseStaticClustering(this IClientBuilder builder, params IPEndPoint[] endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return builder.UseStaticClustering(o => o.Gateways = [.. endpoints.Select(Gateways.ToUri)]);
    }

    /// <summary>The cluster with gateways of a list.</summary>
    public static IClientBuilder UseStaticClustering(this IClientBuilder builder, Action<StaticGatewayListProviderOptions> configureOptions) =>
        builder.ConfigureServices(services =>
        {
            services.Configure(configureOptions);
            services.Replace(ServiceDescriptor.Singleton<IGatewayListProvider, StaticGatewayList>());
        });

    /// <summary>Decides whether a client whose start found no gateway tries again.</summary>
    public static IClientBuilder UseConnectionRetryFilter(
        this IClientBuilder builder, Func<Exception, CancellationToken, Task<bool>> connectionRetryFilter) =>
        builder.UseConnectionRetryFilter(new RetryDelegate(connectionRetryFilter));

    /// <inheritdoc cref="UseConnectionRetryFilter(IClientBuilder, Func{Exception, CancellationToken, Task{bool}})"/>
    public static IClientBuilder UseConnectionRetryFilter(this IClientBuilder builder, IClientConnectionRetryFilter connectionRetryFilter) =>
        builder.ConfigureServices(services => services.AddSingleton(connectionRetryFilter));

    /// <inheritdoc cref="UseConnectionRetryFilter(IClientBuilder, Func{Exception, CancellationToken, Task{bool}})"/>
    public static IClientBuilder UseConnectionRetryFilter<TConnectionRetryFilter>(this IClientBuilder builder)
        where TConnectionRetryFilter : class, IClientConnectionRetryFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IClientConnectionRetryFilter, TConnectionRetryFilter>());

    /// <summary>Calls a handler when the client has lost its last gateway. The client goes on trying by itself.</summary>
    public static IClientBuilder AddClusterConnectionLostHandler(this IClientBuilder builder, ConnectionToClusterLostHandler handler) =>
        builder.AddClusterConnectionStatusObserver(new Handlers(null, handler));

    /// <summary>Calls a handler when the number of gateways that the client is connected with changes.</summary>
    public static IClientBuilder AddGatewayCountChangedHandler(this IClientBuilder builder, GatewayCountChangedHandler handler) =>
        builder.AddClusterConnectionStatusObserver(new Handlers(handler, null));

    /// <summary>Tells an observer how the client's connections change.</summary>
    public static IClientBuilder AddClusterConnectionStatusObserver<TObserver>(this IClientBuilder builder, TObserver observer)
        where TObserver : IClusterConnectionStatusObserver =>
        builder.ConfigureServices(services => services.AddSingleton<IClusterConnectionStatusObserver>(observer));

    /// <summary>Tells an observer, made from services, how the client's connections change.</summary>
    public static IClientBuilder AddClusterConnectionStatusObserver<TObserver>(this IClientBuilder builder)
        where TObserver : class, IClusterConnectionStatusObserver =>
        builder.ConfigureServices(services => services.AddSingleton<IClusterConnectionStatusObserver, TObserver>());

    private sealed class RetryDelegate(Func<Exception, CancellationToken, Task<bool>> filter) : IClientConnectionRetryFilter
    {
        public Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) =>
            filter(exception, cancellationToken);
    }

    private sealed class Handlers(GatewayCountChangedHandler? counted, ConnectionToClusterLostHandler? lost) : IClusterConnectionStatusObserver
    {
        public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered) =>
            counted?.Invoke(this, new GatewayCountChangedEventArgs(currentNumberOfGateways, previousNumberOfGateways));

        public void NotifyClusterConnectionLost() => lost?.Invoke(this, EventArgs.Empty);
    }
}

/// <summary>Filters around the calls of a client. They run in the order of their registration.</summary>
public static class ClientBuilderGrainCallFilterExtensions
{
    /// <summary>Adds a filter around calls that the client's observers serve.</summary>
    public static IClientBuilder AddIncomingGrainCallFilter(this IClientBuilder builder, IIncomingGrainCallFilter filter) =>
        builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter, made from services, around calls that the client's observers serve.</summary>
    public static IClientBuilder AddIncomingGrainCallFilter<TImplementation>(this IClientBuilder builder)
        where TImplementation : class, IIncomingGrainCallFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter, TImplementation>());

    /// <summary>Adds a delegate as filter around calls that the client's observers serve.</summary>
    public static IClientBuilder AddIncomingGrainCallFilter(this IClientBuilder builder, IncomingGrainCallFilterDelegate filter) =>
        builder.AddIncomingGrainCallFilter(new IncomingFilterDelegate(filter));

    /// <summary>Adds a filter around calls that the client makes.</summary>
    public static IClientBuilder AddOutgoingGrainCallFilter(this IClientBuilder builder, IOutgoingGrainCallFilter filter) =>
        builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter, made from services, around calls that the client makes.</summary>
    public static IClientBuilder AddOutgoingGrainCallFilter<TImplementation>(this IClientBuilder builder)
        where TImplementation : class, IOutgoingGrainCallFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IOutgoingGrainCallFilter, TImplementation>());

    /// <summary>Adds a delegate as filter around calls that the client makes.</summary>
    public static IClientBuilder AddOutgoingGrainCallFilter(this IClientBuilder builder, OutgoingGrainCallFilterDelegate filter) =>
        builder.AddOutgoingGrainCallFilter(new OutgoingFilterDelegate(filter));
}
