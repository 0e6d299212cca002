using System.Collections.Concurrent;

namespace OrleansSocial.Membership;

/// <summary>Remembers the names of grain interfaces. The engine reads their attributes anew each time that a grain is asked for, which costs more than the call of a local grain.</summary>
internal sealed class InterfaceNames(IServiceProvider services) : IGrainInterfaceTypeProvider
{
    private readonly AttributeGrainInterfaceTypeProvider _attributes = new(services);
    private readonly ConcurrentDictionary<Type, GrainInterfaceType> _names = new();

    /// <summary>Registers it before the engine's own.</summary>
    public static void Register(IServiceCollection services) => services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, InterfaceNames>());

    /// <inheritdoc/>
    public bool TryGetGrainInterfaceType(Type type, out GrainInterfaceType grainInterfaceType)
    {
        grainInterfaceType = _names.GetOrAdd(type, static (one, attributes) => attributes.TryGetGrainInterfaceType(one, out var name) ? name : default, _attributes);
        return !grainInterfaceType.IsDefault;
    }
}
