using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Which grain class serves which interface, and which class a grain type names.</summary>
internal sealed class GrainClassMap
{
    private readonly FrozenDictionary<GrainType, GrainClassEntry> _byType;
    private readonly FrozenDictionary<Type, GrainClassEntry[]> _byInterface;
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainType> _resolved = new();
    private readonly ConcurrentDictionary<GrainType, Type> _closed = new();

    public GrainClassMap(IOptions<GrainTypeOptions> options)
    {
        var classes = options.Value.Classes
            .Select(c => GrainAssemblies.Manifest.Classes.TryGetValue(c, out var entry)
                ? entry
                : throw new InvalidOperationException($"{c} is no grain class: its assembly was built without the grain generator."))
            .ToArray();
        foreach (var clash in classes.GroupBy(c => c.GrainType, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            throw new InvalidOperationException(
                $"Grain type '{clash.Key}' is taken by several classes: {string.Join(", ", clash.Select(c => c.GrainClass.FullName))}. "
                + "The namespace is not part of a grain type; name one with [GrainType].");
        }

        _byType = classes.ToFrozenDictionary(c => GrainType.Create(c.GrainType));
        _byInterface = classes
            .SelectMany(c => InterfacesOf(c.GrainClass).Select(i => (Interface: i, Class: c)))
            .GroupBy(p => p.Interface)
            .ToFrozenDictionary(g => g.Key, g => g.Select(p => p.Class).Distinct().ToArray());
    }

    /// <summary>The grain types hosted here.</summary>
    public IEnumerable<GrainType> Types => _byType.Keys;

    /// <summary>The grain type that serves an interface.</summary>
    /// <param name="interfaceType">The interface, closed when generic.</param>
    /// <param name="classPrefix">Chooses the one class whose full name begins so; null for the default class.</param>
    /// <exception cref="ArgumentException">No class serves it, or several do and none is the default.</exception>
    public GrainType Resolve(Type interfaceType, string? classPrefix) =>
        _resolved.TryGetValue((interfaceType, classPrefix), out var known)
            ? known
            : _resolved.GetOrAdd((interfaceType, classPrefix), static (key, map) => map.Find(key.Interface, key.Prefix), this);

    /// <summary>The class that a grain type names, closed when generic; null when this silo has none.</summary>
    public (GrainClassEntry Entry, Type Class)? FindClass(GrainType grainType)
    {
        if (_byType.TryGetValue(grainType, out var entry))
        {
            return (entry, entry.GrainClass);
        }

        var text = grainType.ToString();
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        if (bracket <= 0 || !_byType.TryGetValue(GrainType.Create(text[..bracket]), out entry))
        {
            return null;
        }

        return _closed.TryGetValue(grainType, out var known) || (known = Close(entry.GrainClass, text[bracket..])) is not null
            ? (entry, _closed.GetOrAdd(grainType, known))
            : null;
    }

    private static IEnumerable<Type> InterfacesOf(Type grainClass) => grainClass.GetInterfaces()
        .Where(i => typeof(IAddressable).IsAssignableFrom(i))
        .Select(i => i.IsGenericType ? i.GetGenericTypeDefinition() : i);

    private GrainType Find(Type interfaceType, string? classPrefix)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        var definition = interfaceType.IsGenericType ? interfaceType.GetGenericTypeDefinition() : interfaceType;
        var candidates = _byInterface.GetValueOrDefault(definition) ?? [];
        if (!string.IsNullOrEmpty(classPrefix))
        {
            var named = Array.FindAll(candidates, c => c.GrainClass.FullName!.StartsWith(classPrefix, StringComparison.Ordinal));
            return named is [var single]
                ? Close(single, interfaceType)
                : throw new ArgumentException(
                    $"{Count(named.Length)} of grain interface {interfaceType} begins with '{classPrefix}'.", nameof(classPrefix));
        }

        if (definition.GetCustomAttribute<DefaultGrainTypeAttribute>() is { } byAttribute)
        {
            return GrainType.Create(byAttribute.GrainType);
        }

        if (candidates is [var only])
        {
            return Close(only, interfaceType);
        }

        var plain = definition.Name.StartsWith('I') ? definition.Name[1..] : definition.Name;
        return Array.Find(candidates, c => c.GrainClass.Name == plain) is { } conventional
            ? Close(conventional, interfaceType)
            : throw new ArgumentException(
                $"{Count(candidates.Length)} serves grain interface {interfaceType}: {string.Join(", ", candidates.Select(c => c.GrainClass.FullName))}. "
                + "With several, name one by [DefaultGrainType], by a class name prefix, or by naming it like the interface.",
                nameof(interfaceType));
    }

    private static string Count(int classes) => classes == 0 ? "No grain class" : $"Not one but {classes} grain classes";

    private GrainType Close(GrainClassEntry entry, Type interfaceType)
    {
        if (!entry.GrainClass.IsGenericTypeDefinition)
        {
            return GrainType.Create(entry.GrainType);
        }

        var arguments = interfaceType.GetGenericArguments();
        var names = string.Join(',', arguments.Select(a => $"[{a.FullName},{a.Assembly.GetName().Name}]"));
        var grainType = GrainType.Create($"{entry.GrainType}[{names}]");
        _closed.TryAdd(grainType, entry.GrainClass.MakeGenericType(arguments));
        return grainType;
    }

    // Only assemblies that the process has loaded are looked at: a grain id must not be able to load code.
    private static Type? Close(Type definition, string arguments)
    {
        var loaded = AppDomain.CurrentDomain.GetAssemblies();
        return Type.GetType(
            $"{definition.FullName}{arguments}, {definition.Assembly.GetName().Name}",
            name => Array.Find(loaded, a => a.GetName().Name == name.Name),
            null,
            throwOnError: false);
    }
}
