using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The silo of one host. It is found again in the services, so that each host has one however often it is configured.</summary>
internal sealed class SiloBuilder : ISiloBuilder
{
    private SiloBuilder(IServiceCollection services, IConfiguration configuration)
    {
        Services = services;
        Configuration = configuration;
    }

    public IServiceCollection Services { get; }

    public IConfiguration Configuration { get; }

    public static SiloBuilder For(IServiceCollection services, IConfiguration configuration)
    {
        foreach (var service in services)
        {
            if (service.ServiceType == typeof(SiloBuilder) && service.ImplementationInstance is SiloBuilder known)
            {
                return known;
            }

            if (service.ServiceType == typeof(ClientBuilder))
            {
                throw new OrleansConfigurationException(
                    "UseOrleansClient and UseOrleans were called on one host. A silo has an IClusterClient already: remove UseOrleansClient.");
            }
        }

        var builder = new SiloBuilder(services, configuration);
        services.AddSingleton(builder);
        SiloServices.AddTo(services, configuration.GetSection("Orleans"));
        return builder;
    }
}
