using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>The client of one host. It is found again in the services, so that each host has one however often it is configured.</summary>
internal sealed class ClientBuilder : IClientBuilder
{
    private ClientBuilder(IServiceCollection services, IConfiguration configuration)
    {
        Services = services;
        Configuration = configuration;
    }

    public IServiceCollection Services { get; }

    public IConfiguration Configuration { get; }

    /// <summary>The client of these services.</summary>
    /// <exception cref="OrleansConfigurationException">They are those of a silo, which has a client already.</exception>
    public static ClientBuilder For(IServiceCollection services, IConfiguration configuration)
    {
        foreach (var service in services)
        {
            if (service.ServiceType == typeof(SiloBuilder))
                throw new OrleansConfigurationException(
                    "UseOrleans and UseOrleansClient were called on one host. A silo has an IClusterClient already: remove UseOrleansClient.");
            if (service.ServiceType == typeof(ClientBuilder) && service.ImplementationInstance is ClientBuilder known) return known;
        }

        var builder = new ClientBuilder(services, configuration);
        services.AddSingleton(builder);
        AddServices(services, configuration.GetSection("Orleans"));
        return builder;
    }

    private static void AddServices(IServiceCollection services, IConfiguration section)
    {
        services.AddOptions();
        services.AddLogging();
        services.AddSerializer();
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<ClusterOptions>(o =>
        {
            o.ClusterId = section["ClusterId"] ?? o.ClusterId;
            o.ServiceId = section["ServiceId"] ?? o.ServiceId;
        });
        services.Configure<ClientMessagingOptions>(o => section.GetSection("Messaging").Bind(o));
        services.AddSingleton<IConfigurationValidator, GatewayListValidator>();
        AddValidator<ClusterOptions>(services, OptionsRules.Check);
        AddValidator<ClientMessagingOptions>(services, OptionsRules.Check);
        AddValidator<ConnectionOptions>(services, OptionsRules.Check);
        AddValidator<GatewayOptions>(services, OptionsRules.Check);

        services.TryAddSingleton(s => SocketTransport.Create(s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ClientEngine>();
        services.AddSingleton(CreateCenter);
        services.AddSingleton(s => new GrainFactory(s.GetRequiredService<ClientEngine>(), s.GetRequiredService<ClientEngine>(), s));
        services.AddSingleton<IGrainFactory>(s => s.GetRequiredService<GrainFactory>());
        services.AddSingleton<IClusterClient>(s => s.GetRequiredService<GrainFactory>());
        services.AddSingleton<ClusterConnection>();
        services.AddHostedService(s => s.GetRequiredService<ClusterConnection>());
    }

    private static MessageCenter CreateCenter(IServiceProvider services)
    {
        var cluster = services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        return new MessageCenter(
            new ProcessIdentity(cluster.ClusterId, cluster.ServiceId, null, services.GetRequiredService<ClientEngine>().ClientId),
            services.GetRequiredService<Transport>(),
            services.GetRequiredService<IOptions<ConnectionOptions>>().Value,
            services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value,
            services,
            services.GetRequiredService<ILogger<MessageCenter>>());
    }

    private static void AddValidator<TOptions>(IServiceCollection services, Action<TOptions, Faults> check)
        where TOptions : class =>
        services.AddSingleton<IConfigurationValidator>(s => new OptionsValidator<TOptions>(s.GetRequiredService<IOptions<TOptions>>(), check));

    private sealed class GatewayListValidator(IServiceProvider services) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            if (services.GetService<IGatewayListProvider>() is null)
                throw new OrleansConfigurationException(
                    "The client has no list of gateways. Call UseLocalhostClustering, UseStaticClustering or UseAdoNetClustering.");
        }
    }
}
