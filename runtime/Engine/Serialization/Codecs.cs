using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>The codec of a static type, found once per process.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CodecOf<T>
{
    private static Codec<T>? s_instance;

    /// <summary>The codec.</summary>
    /// <exception cref="CodecNotFoundException">Values of the type cannot be serialized.</exception>
#pragma warning disable CA1000 // The class is a cache per type; its only member is what is cached.
    public static Codec<T> Instance => s_instance ?? Resolve();
#pragma warning restore CA1000

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Codec<T> Resolve() => s_instance = Codecs.Find(typeof(T)) as Codec<T> ?? throw Codecs.NotFound(typeof(T));
}

/// <summary>Finds codecs by type.</summary>
internal static class Codecs
{
    private static readonly ConcurrentDictionary<Type, Codec> s_codecs = new();
    private static readonly PlainObjectCodec s_plainObject = new();

    public static Codec? Find(Type type)
    {
        if (s_codecs.TryGetValue(type, out var codec)) return codec;
        TypeManifests.EnsureLoaded(type);
        codec = TypeManifests.CreateCodec(type) ?? BuiltInCodecs.Create(type);
        if (codec is null or { IsPolymorphic: true }) codec = ForeignTypes.CreateCodec(type) ?? codec;
        return codec is null ? null : s_codecs.GetOrAdd(type, codec);
    }

    /// <summary>Lets types be looked at again that had no form of their own so far.</summary>
    public static void ForgetPolymorphic()
    {
        foreach (var (type, codec) in s_codecs)
            if (codec.IsPolymorphic) s_codecs.TryRemove(type, out _);
    }

    public static CodecNotFoundException NotFound(Type type) => new(
        $"Could not find a codec for type {type}. Annotate it with [GenerateSerializer], register a converter for it, or let it travel as JSON by AddJsonSerializer.");

    /// <summary>Writes an object under the name of its own type.</summary>
    public static void WriteRuntime(WireWriter writer, uint idDelta, object value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var codec = FindRuntime(value.GetType());
        if (codec.IsTracked && writer.TryReference(idDelta, value)) return;
        writer.Begin(idDelta, codec.NamedAs, TypeNames.NameOf(codec.NamedAs));
        codec.WriteNamed(writer, value);
    }

    /// <summary>Reads an object whose type stands in the bytes.</summary>
    public static T ReadRuntime<T>(WireReader reader, int position, Type type)
    {
        if (type == typeof(WireReader.Unknown))
        {
            if (!typeof(T).IsAssignableFrom(typeof(UnavailableExceptionFallbackException)) || !TypeNames.IsException(reader.UnknownType!))
                throw reader.NoCodec();
            return (T)(object)ExceptionMembers.ReadFallback(reader, position);
        }

        // What does not fit is refused before anything of it exists.
        if (!typeof(T).IsAssignableFrom(type) && !typeof(T).IsInterface) throw WireReader.Malformed($"{type} where {typeof(T)} belongs");
        return FindRuntime(type).ReadNamed(reader, position) is T value ? value : throw WireReader.Malformed($"{type} where {typeof(T)} belongs");
    }

    private static Codec FindRuntime(Type type)
    {
        if (type == typeof(object)) return s_plainObject;
        return Find(type) is { IsPolymorphic: false } codec ? codec : throw NotFound(type);
    }

    /// <summary>Refuses a base class that holds state which nobody serializes.</summary>
    public static void EnsureEmpty(Type type)
    {
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            if (at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0)
                throw NotFound(type);
        }
    }
}
