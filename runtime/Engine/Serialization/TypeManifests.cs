using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;

namespace Orleans.Bundled;

/// <summary>Names the class that lists the serializable types of an assembly. Written by the generator.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TypeManifestAttribute(Type manifest) : Attribute
{
    /// <summary>A <see cref="TypeManifest"/> with a parameterless constructor.</summary>
    public Type Manifest { get; } = manifest;
}

/// <summary>Lists the serializable types of an assembly. Written by the generator.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TypeManifest
{
    /// <summary>Adds every serializable type of the assembly.</summary>
    public abstract void Populate(TypeManifestBuilder types);
}

/// <summary>Takes the serializable types of an assembly.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TypeManifestBuilder
{
    private readonly string _assemblyName;

    internal TypeManifestBuilder(string assemblyName) => _assemblyName = assemblyName;

    /// <summary>Adds a type; a generic one as its open definition, with an open copier and codec of the same parameters.</summary>
    public void Add(Type type, string? alias, Type copier, Type codec)
    {
        TypeManifests.Add(type, copier, codec);
        Name(type, alias);
    }

    /// <summary>Adds an enumeration.</summary>
    public void AddEnum(Type type, string? alias) => Name(type, alias);

    /// <summary>Adds a class that implements <see cref="IConverter{TValue, TSurrogate}"/>.</summary>
    public void AddConverter(Type converter) => TypeManifests.AddConverter(converter, _assemblyName);

    private void Name(Type type, string? alias) => TypeManifests.AddName(alias ?? $"{type.FullName},{_assemblyName}", type);
}

/// <summary>
/// The serializable types of every assembly that was looked at: one set per process, as types are. An assembly is looked at
/// when a value of one of its types is met, or when a host names it.
/// </summary>
internal static class TypeManifests
{
    private static readonly ConcurrentDictionary<Assembly, bool> s_loaded = new();
    private static readonly ConcurrentDictionary<Type, Type> s_copiers = new();
    private static readonly ConcurrentDictionary<Type, Type> s_codecs = new();
    private static readonly ConcurrentDictionary<Type, Type> s_converters = new();
    private static readonly ConcurrentDictionary<string, Type> s_types = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<Type, string> s_names = new();
    private static readonly Lock s_loading = new();

    public static void EnsureLoaded(Type type)
    {
        EnsureLoaded(type.Assembly);
        if (type.HasElementType) EnsureLoaded(type.GetElementType()!);
        if (!type.IsGenericType) return;
        foreach (var argument in type.GetGenericArguments()) EnsureLoaded(argument);
    }

    public static void EnsureLoaded(Assembly assembly)
    {
        if (s_loaded.ContainsKey(assembly)) return;
        lock (s_loading)
        {
            if (s_loaded.ContainsKey(assembly)) return;
            if (assembly.GetCustomAttribute<TypeManifestAttribute>() is { } found)
            {
                var manifest = (TypeManifest)Activator.CreateInstance(found.Manifest, nonPublic: true)!;
                manifest.Populate(new TypeManifestBuilder(assembly.GetName().Name!));
            }

            s_loaded[assembly] = true;
        }
    }

    /// <summary>Looks at every assembly of the process, for a name or a converter that no value has led to yet.</summary>
    public static void LoadAll()
    {
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            if (!assembly.IsDynamic) EnsureLoaded(assembly);
    }

    public static void Add(Type type, Type copier, Type codec)
    {
        s_copiers[type] = copier;
        s_codecs[type] = codec;
    }

    public static void AddName(string name, Type type)
    {
        if (s_types.GetOrAdd(name, type) is var other && other != type)
            throw new InvalidOperationException($"The alias \"{name}\" is taken twice: by {other} and by {type}.");
        s_names[type] = name;
    }

    public static void AddConverter(Type converter, string assemblyName)
    {
        foreach (var contract in converter.GetInterfaces())
        {
            if (!contract.IsGenericType || contract.GetGenericTypeDefinition() != typeof(IConverter<,>)) continue;
            var value = contract.GetGenericArguments()[0];
            var key = converter.IsGenericTypeDefinition ? value.GetGenericTypeDefinition() : value;
            s_converters[key] = converter;
            if (!s_names.ContainsKey(key)) AddName($"{key.FullName},{key.Assembly.GetName().Name ?? assemblyName}", key);
        }
    }

    public static string? NameOf(Type type) => s_names.GetValueOrDefault(type);

    public static Type? TypeNamed(string name) => s_types.GetValueOrDefault(name);

    public static Copier? CreateCopier(Type type) =>
        (Copier?)Create(s_copiers, type) ?? (Copier?)CreateConverting(typeof(ConvertingCopier<,,>), type);

    public static Codec? CreateCodec(Type type) =>
        (Codec?)Create(s_codecs, type)
        ?? (Codec?)CreateConverting(type.IsValueType ? typeof(ConvertingStructCodec<,,>) : typeof(ConvertingCodec<,,>), type);

    private static object? Create(ConcurrentDictionary<Type, Type> implementations, Type type)
    {
        if (implementations.TryGetValue(type, out var implementation)) return Activator.CreateInstance(implementation, nonPublic: true);
        if (!type.IsConstructedGenericType || !implementations.TryGetValue(type.GetGenericTypeDefinition(), out implementation)) return null;
        return Activator.CreateInstance(implementation.MakeGenericType(type.GetGenericArguments()), nonPublic: true);
    }

    private static object? CreateConverting(Type open, Type type)
    {
        if (!s_converters.TryGetValue(type, out var converter))
        {
            if (!type.IsConstructedGenericType || !s_converters.TryGetValue(type.GetGenericTypeDefinition(), out converter)) return null;
            converter = converter.MakeGenericType(type.GetGenericArguments());
        }

        var contract = Array.Find(
            converter.GetInterfaces(),
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConverter<,>) && i.GetGenericArguments()[0] == type)!;
        return Activator.CreateInstance(open.MakeGenericType(type, contract.GetGenericArguments()[1], converter));
    }
}
