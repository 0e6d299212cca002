using System.ComponentModel;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Collects what the manifests of all loaded assemblies declare.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed partial class ManifestBuilder
{
    private readonly Dictionary<Type, GrainInterfaceEntry> _interfaces = [];
    private readonly Dictionary<Type, GrainClassEntry> _classes = [];

    internal IReadOnlyDictionary<Type, GrainInterfaceEntry> Interfaces => _interfaces;

    internal IReadOnlyDictionary<Type, GrainClassEntry> Classes => _classes;

    /// <summary>Adds an interface whose proxy is created by a delegate.</summary>
    /// <param name="interfaceType">The grain or observer interface; not generic, or closed.</param>
    /// <param name="interfaceName">Its wire name.</param>
    /// <param name="methods">Its own and inherited methods. Those of generic methods are left out: they exist per closed type.</param>
    /// <param name="createProxy">Creates the proxy.</param>
    public void AddInterface(
        Type interfaceType,
        string interfaceName,
        GrainMethod[] methods,
        Func<GrainReferenceShared, IdSpan, GrainReference> createProxy)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        ArgumentNullException.ThrowIfNull(createProxy);
        _interfaces[interfaceType] = new GrainInterfaceEntry(interfaceType, interfaceName, methods, createProxy, null);
    }

    /// <summary>Adds an open generic interface; its proxy type is closed with the same arguments when it is first asked for.</summary>
    /// <param name="openInterfaceType">The generic interface definition.</param>
    /// <param name="interfaceName">Its wire name.</param>
    /// <param name="openProxyType">The generic proxy definition, with a constructor of (shared, key).</param>
    public void AddInterface(Type openInterfaceType, string interfaceName, Type openProxyType)
    {
        ArgumentNullException.ThrowIfNull(openInterfaceType);
        ArgumentNullException.ThrowIfNull(openProxyType);
        _interfaces[openInterfaceType] = new GrainInterfaceEntry(openInterfaceType, interfaceName, [], null, openProxyType);
    }

    /// <summary>Adds a grain class.</summary>
    /// <param name="grainClass">The class; a definition when generic.</param>
    /// <param name="grainType">Its grain type name.</param>
    /// <param name="grainInterfaces">The grain interfaces it implements.</param>
    /// <param name="createWithoutServices">Creates an instance when the class has a parameterless constructor; otherwise null.</param>
    public void AddGrainClass(
        Type grainClass,
        string grainType,
        Type[] grainInterfaces,
        Func<IServiceProvider, object>? createWithoutServices)
    {
        ArgumentNullException.ThrowIfNull(grainClass);
        _classes[grainClass] = new GrainClassEntry(grainClass, grainType, grainInterfaces, createWithoutServices);
    }
}

/// <summary>A grain interface and how its proxy is made.</summary>
internal sealed record GrainInterfaceEntry(
    Type InterfaceType,
    string InterfaceName,
    GrainMethod[] Methods,
    Func<GrainReferenceShared, IdSpan, GrainReference>? CreateProxy,
    Type? OpenProxyType);

/// <summary>A grain class and the interfaces it answers to.</summary>
internal sealed record GrainClassEntry(
    Type GrainClass,
    string GrainType,
    Type[] Interfaces,
    Func<IServiceProvider, object>? CreateWithoutServices);
