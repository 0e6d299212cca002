using System.ComponentModel;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Collects what the manifests of all loaded assemblies declare.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed partial class ManifestBuilder
{
    private readonly Dictionary<Type, GrainInterfaceEntry> _interfaces = [];
    private readonly Dictionary<Type, GrainClassEntry> _classes = [];
    private readonly Dictionary<RequestName, RequestEntry> _requests = [];

    internal IReadOnlyDictionary<Type, GrainInterfaceEntry> Interfaces => _interfaces;

    internal IReadOnlyDictionary<Type, GrainClassEntry> Classes => _classes;

    internal IReadOnlyDictionary<RequestName, RequestEntry> Requests => _requests;

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

    /// <summary>Adds what calls of one method become, so that a call from another process can be made one again.</summary>
    /// <param name="interfaceType">The interface whose proxy makes the request; a definition when generic.</param>
    /// <param name="contract">The declaring interface by its name on the wire.</param>
    /// <param name="methodId">The method's identity within it.</param>
    /// <param name="requestType">The request; a definition with the parameters of interface and method when either is generic.</param>
    /// <param name="create">Makes an empty one; null when it is generic.</param>
    public void AddRequest(Type interfaceType, string contract, string methodId, Type requestType, Func<Request>? create)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        _requests[new RequestName(interfaceType, contract, methodId)] = new RequestEntry(requestType, create);
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

/// <summary>A method as one proxy calls it.</summary>
internal readonly record struct RequestName(Type Interface, string Contract, string MethodId);

/// <summary>What a call of a method becomes.</summary>
internal sealed record RequestEntry(Type RequestType, Func<Request>? Create);

/// <summary>A grain class and the interfaces it answers to.</summary>
internal sealed record GrainClassEntry(
    Type GrainClass,
    string GrainType,
    Type[] Interfaces,
    Func<IServiceProvider, object>? CreateWithoutServices);
