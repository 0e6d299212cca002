using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Bundled;
using Orleans.Hosting;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Makes a host a client of a cluster. Several calls on one host configure the same client; a host that is a silo refuses it. The
/// host's start completes when the client is connected.
/// </summary>
public static class OrleansClientGenericHostExtensions
{
    /// <summary>Makes the host a client.</summary>
    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder) => hostBuilder.UseOrleansClient(static (_, _) => { });

    /// <summary>Makes the host a client.</summary>
    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(configureDelegate);
        return hostBuilder.UseOrleansClient((_, client) => configureDelegate(client));
    }

    /// <summary>Makes the host a client, with a look at the host's environment and configuration.</summary>
    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<HostBuilderContext, IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(hostBuilder);
        ArgumentNullException.ThrowIfNull(configureDelegate);
        return hostBuilder.ConfigureServices((context, services) =>
            configureDelegate(context, ClientBuilder.For(services, context.Configuration)));
    }

    /// <summary>Makes the host a client.</summary>
    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder) =>
        hostAppBuilder.UseOrleansClient(static _ => { });

    /// <summary>Makes the host a client.</summary>
    public static IHostApplicationBuilder UseOrleansClient(
        this IHostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(hostAppBuilder);
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(ClientBuilder.For(hostAppBuilder.Services, hostAppBuilder.Configuration));
        return hostAppBuilder;
    }

    /// <summary>Makes the host a client.</summary>
    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder) =>
        hostAppBuilder.UseOrleansClient(static _ => { });

    /// <summary>Makes the host a client.</summary>
    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(hostAppBuilder);
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(ClientBuilder.For(hostAppBuilder.Services, hostAppBuilder.Configuration));
        return hostAppBuilder;
    }

    /// <summary>Makes the host of these services a client.</summary>
    public static IServiceCollection AddOrleansClient(this IServiceCollection services, Action<IClientBuilder> configureDelegate) =>
        services.AddOrleansClient(null, configureDelegate);

    /// <summary>Makes the host of these services a client, configured from a configuration besides.</summary>
    public static IServiceCollection AddOrleansClient(
        this IServiceCollection services, IConfiguration? configuration, Action<IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configuration ??= services.LastOrDefault(s => s.ServiceType == typeof(IConfiguration))?.ImplementationInstance as IConfiguration;
        configureDelegate(ClientBuilder.For(services, configuration ?? new ConfigurationBuilder().Build()));
        return services;
    }
}
