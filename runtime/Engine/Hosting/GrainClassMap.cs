using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Which grain class serves which interface, and which class a grain type names.</summary>
internal sealed class GrainClassMap : IGrainTypeResolver
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

    /// <summary>The grain classes hosted here.</summary>
    public IEnumerable<GrainClassEntry> Entries => _byType.Values;

    /// <inheritdoc/>
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

    /// <summary>The grain interfaces of a class, generic ones as their definitions.</summary>
    public static IEnumerable<Type> InterfacesOf(Type grainClass) => grainClass.GetInterfaces()
        .Where(i => typeof(IAddressable).IsAssignableFrom(i))
        .Select(i => i.IsGenericType ? i.GetGenericTypeDefinition() : i);

    // A class that this process has itself need not be looked for by name later.
    private GrainType Find(Type interfaceType, string? classPrefix)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        var definition = interfaceType.IsGenericType ? interfaceType.GetGenericTypeDefinition() : interfaceType;
        var candidates = _byInterface.GetValueOrDefault(definition) ?? [];
        var names = Array.ConvertAll(candidates, static c => new GrainClassName(c.GrainType, c.GrainClass.FullName!, c.GrainClass.Name, c.GrainClass.IsGenericTypeDefinition));
        var grainType = GrainTypeRules.Find(interfaceType, classPrefix, names, out var chosen);
        if (chosen is { IsGeneric: true })
        {
            var entry = Array.Find(candidates, c => c.GrainType == chosen.GrainType)!;
            _closed.TryAdd(grainType, entry.GrainClass.MakeGenericType(interfaceType.GetGenericArguments()));
        }

        return grainType;
    }

    // Only assemblies that the process has loaded are looked at: a grain id must not be able to load code.
    public static Type? Close(Type definition, string arguments)
    {
        var loaded = AppDomain.CurrentDomain.GetAssemblies();
        return Type.GetType(
            $"{definition.FullName}{arguments}, {definition.Assembly.GetName().Name}",
            name => Array.Find(loaded, a => a.GetName().Name == name.Name),
            null,
            throwOnError: false);
    }
}
