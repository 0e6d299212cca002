using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Extensions that all grains of a silo answer to.</summary>
public static class HostingGrainExtensions
{
    /// <summary>
    /// Lets every grain of the silo answer to an extension interface. Each activation that is called through it gets an object of
    /// its own, made from its services; a parameter of type <see cref="IGrainContext"/> receives the activation.
    /// </summary>
    public static ISiloBuilder AddGrainExtension<TExtensionInterface, TExtension>(this ISiloBuilder builder)
        where TExtensionInterface : class, IGrainExtension
        where TExtension : class, TExtensionInterface =>
        builder.ConfigureServices(services => services.AddKeyedTransient<IGrainExtension>(
            typeof(TExtensionInterface), static (activation, _) => ActivatorUtilities.CreateInstance<TExtension>(activation)));
}
