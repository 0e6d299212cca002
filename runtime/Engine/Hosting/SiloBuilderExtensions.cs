using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Options, services and logging of a silo.</summary>
public static class SiloBuilderExtensions
{
    /// <summary>Changes options.</summary>
    public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, Action<TOptions> configureOptions)
        where TOptions : class => builder.ConfigureServices(services => services.Configure(configureOptions));

    /// <summary>Reads options from configuration.</summary>
    public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, IConfiguration configuration)
        where TOptions : class => builder.ConfigureServices(services => services.Configure<TOptions>(configuration));

    /// <summary>Adds services.</summary>
    public static ISiloBuilder ConfigureServices(this ISiloBuilder builder, Action<IServiceCollection> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(builder.Services);
        return builder;
    }

    /// <summary>Changes logging.</summary>
    public static ISiloBuilder ConfigureLogging(this ISiloBuilder builder, Action<ILoggingBuilder> configureLogging) =>
        builder.ConfigureServices(services => services.AddLogging(configureLogging));
}

/// <summary>How a silo finds the others.</summary>
public static class CoreHostingExtensions
{
    /// <summary>A cluster on this machine, whose membership is in the memory of one silo.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="siloPort">The port of the silo's address.</param>
    /// <param name="gatewayPort">The port of the gateway's address; 0 for none.</param>
    /// <param name="primarySiloEndpoint">
    /// Where the silo listens that keeps the membership; the cluster ends with it. Null, or this silo's own endpoint, for this one.
    /// </param>
    /// <param name="serviceId">See <see cref="ClusterOptions.ServiceId"/>.</param>
    /// <param name="clusterId">See <see cref="ClusterOptions.ClusterId"/>.</param>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = EndpointOptions.DEFAULT_SILO_PORT,
        int gatewayPort = EndpointOptions.DEFAULT_GATEWAY_PORT,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = "dev",
        string clusterId = "dev")
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = IPAddress.Loopback;
            o.SiloPort = siloPort;
            o.GatewayPort = gatewayPort;
        });
        builder.Configure<ClusterOptions>(o =>
        {
            o.ServiceId = serviceId;
            o.ClusterId = clusterId;
        });
        builder.Configure<DevelopmentClusterMembershipOptions>(o => o.PrimarySiloEndpoint = primarySiloEndpoint);
        DevelopmentClustering.AddTo(builder.Services, nameof(UseLocalhostClustering));
        return builder;
    }

    /// <summary>A cluster for development, whose membership is in the memory of one silo.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="primarySiloEndpoint">Where that silo listens; null, or this silo's own endpoint, for this one.</param>
    public static ISiloBuilder UseDevelopmentClustering(this ISiloBuilder builder, IPEndPoint? primarySiloEndpoint) =>
        builder.UseDevelopmentClustering(o => o.PrimarySiloEndpoint = primarySiloEndpoint);

    /// <summary>A cluster for development, whose membership is in the memory of one silo.</summary>
    public static ISiloBuilder UseDevelopmentClustering(
        this ISiloBuilder builder, Action<DevelopmentClusterMembershipOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Configure(configureOptions);
        DevelopmentClustering.AddTo(builder.Services, nameof(UseDevelopmentClustering));
        return builder;
    }
}

/// <summary>Where a silo listens.</summary>
public static class EndpointOptionsExtensions
{
    /// <summary>Listens at that address, and tells it to others.</summary>
    public static ISiloBuilder ConfigureEndpoints(
        this ISiloBuilder builder, IPAddress advertisedIP, int siloPort, int gatewayPort, bool listenOnAnyHostAddress = false) =>
        builder.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = advertisedIP;
            o.SiloPort = siloPort;
            o.GatewayPort = gatewayPort;
            if (listenOnAnyHostAddress)
            {
                o.SiloListeningEndpoint = new IPEndPoint(Any(advertisedIP.AddressFamily), siloPort);
                o.GatewayListeningEndpoint = new IPEndPoint(Any(advertisedIP.AddressFamily), gatewayPort);
            }
        });

    /// <summary>Listens at an address of that host name, and tells it to others.</summary>
    public static ISiloBuilder ConfigureEndpoints(
        this ISiloBuilder builder,
        string? hostname,
        int siloPort,
        int gatewayPort,
        AddressFamily addressFamily = AddressFamily.InterNetwork,
        bool listenOnAnyHostAddress = false)
    {
        var all = Dns.GetHostAddresses(string.IsNullOrEmpty(hostname) ? Dns.GetHostName() : hostname, addressFamily);
        var address = Array.Find(all, a => !IPAddress.IsLoopback(a)) ?? all.FirstOrDefault() ?? Loopback(addressFamily);
        return builder.ConfigureEndpoints(address, siloPort, gatewayPort, listenOnAnyHostAddress);
    }

    /// <summary>Listens at an address of this machine, and tells it to others.</summary>
    public static ISiloBuilder ConfigureEndpoints(
        this ISiloBuilder builder,
        int siloPort,
        int gatewayPort,
        AddressFamily addressFamily = AddressFamily.InterNetwork,
        bool listenOnAnyHostAddress = false) =>
        builder.ConfigureEndpoints(null, siloPort, gatewayPort, addressFamily, listenOnAnyHostAddress);

    private static IPAddress Any(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    private static IPAddress Loopback(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
}
