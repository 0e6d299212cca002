using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Makes references: finds the proxy of an interface once, then only its constructor runs.</summary>
internal sealed class ReferenceFactory(CallRouter router)
{
    private readonly ConcurrentDictionary<(GrainType GrainType, Type Interface), GrainReferenceShared> _shared = new();

    /// <summary>A reference to a grain through an interface.</summary>
    /// <exception cref="ArgumentException">The interface has no proxy: it is no grain or observer interface, or its assembly was
    /// built without the generator.</exception>
    public GrainReference Create(GrainType grainType, Type interfaceType, IdSpan key) => Shared(grainType, interfaceType).Create(key);

    /// <summary>A reference of no interface in particular, to be cast.</summary>
    public GrainReference Untyped(GrainId grainId) => Create(grainId.Type, typeof(IAddressable), grainId.Key);

    /// <summary>The interface of a wire name; null when no loaded assembly declares it.</summary>
    public static Type? FindInterface(GrainInterfaceType interfaceType)
    {
        var name = interfaceType.ToString();
        var bracket = name.IndexOf("[[", StringComparison.Ordinal);
        if (bracket > 0)
        {
            return FindInterface(GrainInterfaceType.Create(name[..bracket])) is { IsGenericTypeDefinition: true } definition
                ? GrainClassMap.Close(definition, name[bracket..])
                : null;
        }

        foreach (var entry in GrainAssemblies.Manifest.Interfaces.Values)
            if (entry.InterfaceName == name) return entry.InterfaceType;
        return null;
    }

    public GrainReferenceShared Shared(GrainType grainType, Type interfaceType) =>
        _shared.TryGetValue((grainType, interfaceType), out var known)
            ? known
            : _shared.GetOrAdd((grainType, interfaceType), static (key, factory) => factory.Make(key.GrainType, key.Interface), this);

    private static GrainInterfaceEntry Entry(Type interfaceType)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        var definition = interfaceType.IsConstructedGenericType ? interfaceType.GetGenericTypeDefinition() : interfaceType;
        return GrainAssemblies.Manifest.Interfaces.GetValueOrDefault(interfaceType)
            ?? GrainAssemblies.Manifest.Interfaces.GetValueOrDefault(definition)
            ?? throw new ArgumentException(
                $"{interfaceType} has no proxy. It must be an interface that derives from IGrain or IGrainObserver, in a project that "
                + "runs the grain generator.",
                nameof(interfaceType));
    }

    private static Func<GrainReferenceShared, IdSpan, GrainReference> Constructor(Type proxy)
    {
        var constructor = proxy.GetConstructor(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, [typeof(GrainReferenceShared), typeof(IdSpan)])!;
        var shared = Expression.Parameter(typeof(GrainReferenceShared));
        var key = Expression.Parameter(typeof(IdSpan));
        return Expression.Lambda<Func<GrainReferenceShared, IdSpan, GrainReference>>(Expression.New(constructor, shared, key), shared, key)
            .Compile();
    }

    private GrainReferenceShared Make(GrainType grainType, Type interfaceType)
    {
        if (interfaceType == typeof(IAddressable))
        {
            return new GrainReferenceShared(
                router, grainType, default, interfaceType, static (shared, key) => new UntypedReference(shared, key));
        }

        var entry = Entry(interfaceType);
        var name = entry.InterfaceName;
        var create = entry.CreateProxy;
        if (create is null)
        {
            var arguments = interfaceType.GetGenericArguments();
            name += $"[{string.Join(',', arguments.Select(a => $"[{a.FullName},{a.Assembly.GetName().Name}]"))}]";
            create = Constructor(entry.OpenProxyType!.MakeGenericType(arguments));
        }

        return new GrainReferenceShared(router, grainType, GrainInterfaceType.Create(name), interfaceType, create);
    }

    private sealed class UntypedReference(GrainReferenceShared shared, IdSpan key) : GrainReference(shared, key);
}
