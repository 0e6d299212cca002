using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>The copier of a static type, found once per process.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CopierOf<T>
{
    private static Copier<T>? s_instance;

    /// <summary>The copier.</summary>
    /// <exception cref="CodecNotFoundException">Values of the type cannot be copied.</exception>
#pragma warning disable CA1000 // The class is a cache per type; its only member is what is cached.
    public static Copier<T> Instance => s_instance ?? Resolve();
#pragma warning restore CA1000

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Copier<T> Resolve() => s_instance = Copiers.Find(typeof(T)) as Copier<T> ?? throw Copiers.NotFound(typeof(T));
}

/// <summary>Finds copiers by type.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Copiers
{
    private static readonly ConcurrentDictionary<Type, Copier> s_copiers = new();

    /// <summary>Copies a whole graph whose static type is <typeparamref name="T"/>.</summary>
    public static T CopyRoot<T>(T value) => CopierOf<T>.Instance.CopyRoot(value);

    /// <summary>Copies a value of a static type that others derive from, by its own type.</summary>
    public static object CopyRuntime(object value, CopyContext? context)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var type = value.GetType();
        if (Find(type) is not { } copier || (copier.IsPolymorphic && type != typeof(object))) throw NotFound(type);
        if (copier.IsImmutable) return value;
        if (type == typeof(object)) return CopyPlainObject(value, context);
        if (context is not null || copier.IsTree) return copier.CopyObject(value, context)!;

        var own = CopyContext.Rent();
        try
        {
            return copier.CopyObject(value, own)!;
        }
        finally
        {
            own.Return();
        }
    }

    internal static Copier? Find(Type type)
    {
        if (s_copiers.TryGetValue(type, out var copier)) return copier;
        TypeManifests.EnsureLoaded(type);
        copier = TypeManifests.CreateCopier(type) ?? BuiltInCopiers.Create(type);
        if (copier is null or { IsPolymorphic: true }) copier = ForeignTypes.CreateCopier(type) ?? copier;
        return copier is null ? null : s_copiers.GetOrAdd(type, copier);
    }

    /// <summary>Lets types be looked at again that had no form of their own so far.</summary>
    internal static void ForgetPolymorphic()
    {
        foreach (var (type, copier) in s_copiers)
            if (copier.IsPolymorphic) s_copiers.TryRemove(type, out _);
    }

    internal static CodecNotFoundException NotFound(Type type) => new(
        $"Could not find a copier for type {type}. Annotate it with [GenerateSerializer], register a converter for it, or let it travel as JSON by AddJsonSerializer.");

    private static object CopyPlainObject(object value, CopyContext? context)
    {
        if (context is null) return new object();
        if (context.TryGet(value, out object? copy)) return copy;
        copy = new object();
        context.Record(value, copy);
        return copy;
    }
}
