using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>What every silo has, before the application adds its own.</summary>
internal static class SiloServices
{
    public static void AddTo(IServiceCollection services, IConfiguration section)
    {
        services.AddOptions();
        services.AddLogging();
        services.AddSerializer();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new ServiceLifetimes(services));

        services.AddSingleton<SiloLifecycle>();
        services.AddSingleton<ISiloLifecycle>(s => s.GetRequiredService<SiloLifecycle>());
        services.AddSingleton<ILocalSiloDetails, LocalSiloDetails>();
        services.AddSingleton<GrainClassMap>();
        services.AddSingleton<GrainConstructors>();
        services.AddSingleton<IConfigureOptions<GrainTypeOptions>, LoadedGrainTypes>();

        services.TryAddSingleton<IGrainStorageSerializer, JsonStateSerializer>();
        services.AddSerializer();
        services.AddSingleton<PersistentStateFactory>();
        services.TryAddSingleton<IPersistentStateFactory>(s => s.GetRequiredService<PersistentStateFactory>());
        services.AddSingleton<IAttributeToFactoryMapper<PersistentStateAttribute>, PersistentStateAttributeMapper>();

        EngineServices.AddTo(services);
        ClusterServices.AddTo(services);
        Messaging.AddTo(services);
        AddOptions(services, section);
        services.AddHostedService<Silo>();
    }

    private static void AddOptions(IServiceCollection services, IConfiguration section)
    {
        services.Configure<ClusterOptions>(o =>
        {
            o.ClusterId = section["ClusterId"] ?? o.ClusterId;
            o.ServiceId = section["ServiceId"] ?? o.ServiceId;
        });
        services.Configure<SiloOptions>(o => o.SiloName = section["Name"] ?? o.SiloName);
        services.Configure<EndpointOptions>(o =>
        {
            var endpoints = section.GetSection("Endpoints");
            o.SiloPort = endpoints.GetValue("SiloPort", o.SiloPort);
            o.GatewayPort = endpoints.GetValue("GatewayPort", o.GatewayPort);
            o.AdvertisedIPAddress = endpoints["AdvertisedIPAddress"] is not { } text ? o.AdvertisedIPAddress
                : IPAddress.TryParse(text, out var address) ? address
                : throw new OrleansConfigurationException($"Orleans:Endpoints:AdvertisedIPAddress is '{text}': it must be an IP address.");
        });
        services.Configure<SiloMessagingOptions>(o => section.GetSection("Messaging").Bind(o));
        services.PostConfigure<SiloOptions>(o => o.SiloName = string.IsNullOrEmpty(o.SiloName)
            ? $"{Environment.MachineName}-{Environment.ProcessId}"
            : o.SiloName);

        services.AddSingleton<IConfigurationValidator, ClusteringValidator>();
        AddValidator<ClusterOptions>(services, OptionsRules.Check);
        AddValidator<EndpointOptions>(services, OptionsRules.Check);
        AddValidator<GrainCollectionOptions>(services, OptionsRules.Check);
        AddValidator<SiloMessagingOptions>(services, OptionsRules.Check);
        AddValidator<ConnectionOptions>(services, OptionsRules.Check);
        AddValidator<SchedulingOptions>(services, OptionsRules.Check);
        AddValidator<StatelessWorkerOptions>(services, OptionsRules.Check);
    }

    private static void AddValidator<TOptions>(IServiceCollection services, Action<TOptions, Faults> check)
        where TOptions : class =>
        services.AddSingleton<IConfigurationValidator>(s =>
            new OptionsValidator<TOptions>(s.GetRequiredService<IOptions<TOptions>>(), check));
}
