using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Bundled;

namespace Orleans.Serialization;

/// <summary>Configures the serializer.</summary>
public interface ISerializerBuilder
{
    /// <summary>The services of the host.</summary>
    IServiceCollection Services { get; }
}

/// <summary>Registers the serializer.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="Serializer"/> and <see cref="DeepCopier"/>, also in their generic forms. Again: only runs
    /// <paramref name="configure"/>.
    /// </summary>
    public static IServiceCollection AddSerializer(this IServiceCollection services, Action<ISerializerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.TryAddSingleton<Serializer>();
        services.TryAddSingleton(typeof(Serializer<>));
        services.TryAddSingleton<DeepCopier>();
        services.TryAddSingleton(typeof(DeepCopier<>));
        configure?.Invoke(new SerializerBuilder(services));
        return services;
    }

    /// <summary>Makes the serializable types and converters of an assembly known before a value of them is met.</summary>
    public static ISerializerBuilder AddAssembly(this ISerializerBuilder serializerBuilder, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        TypeManifests.EnsureLoaded(assembly);
        return serializerBuilder;
    }

    private sealed class SerializerBuilder(IServiceCollection services) : ISerializerBuilder
    {
        public IServiceCollection Services { get; } = services;
    }
}
