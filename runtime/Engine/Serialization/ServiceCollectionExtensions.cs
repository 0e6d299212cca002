using System.Reflection;
using System.Text.Json;
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

    /// <summary>
    /// Lets types travel as JSON that nobody annotated: those of which <paramref name="isSupported"/> says so, and the JSON types of
    /// the framework themselves. It is asked of the types of values; an interface or abstract class travels as what its values
    /// are. What is annotated, has a converter, or is built in stays what it is. The set is one per process, like that of all types.
    /// </summary>
    /// <param name="serializerBuilder">The serializer.</param>
    /// <param name="isSupported">Chooses types, usually by namespace; null for the JSON types of the framework alone.</param>
    /// <param name="jsonSerializerOptions">How the JSON is written and read; null for the defaults of the framework.</param>
    public static ISerializerBuilder AddJsonSerializer(
        this ISerializerBuilder serializerBuilder, Func<Type, bool>? isSupported, JsonSerializerOptions? jsonSerializerOptions = null)
    {
        ForeignTypes.Add(isSupported, jsonSerializerOptions);
        return serializerBuilder;
    }

    private sealed class SerializerBuilder(IServiceCollection services) : ISerializerBuilder
    {
        public IServiceCollection Services { get; } = services;
    }
}
