using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// The types that travel as JSON, because the application says so of types that nobody annotated. Like all types they are one
/// set per process: what one silo adds is known to every other of its process.
/// </summary>
internal static class ForeignTypes
{
    private static ImmutableArray<Choice> s_choices = [];

    /// <summary>Adds types. What is annotated, converted or built in stays what it is.</summary>
    public static void Add(Func<Type, bool>? isSupported, JsonSerializerOptions? options)
    {
        var added = new Choice(isSupported, options ?? JsonSerializerOptions.Default);
        ImmutableInterlocked.Update(ref s_choices, static (choices, choice) => choices.Contains(choice) ? choices : choices.Add(choice), added);
        Codecs.ForgetPolymorphic();
        Copiers.ForgetPolymorphic();
    }

    public static Codec? CreateCodec(Type type) => OptionsOf(type) is not { } options ? null
        : IsNode(type) ? (Codec)Activator.CreateInstance(typeof(JsonNodeCodec<>).MakeGenericType(type), options)!
        : (Codec)Activator.CreateInstance((type.IsValueType ? typeof(JsonStructCodec<>) : typeof(JsonCodec<>)).MakeGenericType(type), options)!;

    public static Copier? CreateCopier(Type type) =>
        OptionsOf(type) is { } options ? (Copier)Activator.CreateInstance(typeof(JsonCopier<>).MakeGenericType(type), options)! : null;

    public static bool Supports(Type type) => OptionsOf(type) is not null;

    /// <summary>
    /// The type of a name on the wire, if it is one that travels as JSON. A generic definition is found too: whoever closes it
    /// asks <see cref="Supports"/> again. Only assemblies that the process has loaded are looked at.
    /// </summary>
    public static Type? Find(string name)
    {
        var comma = name.LastIndexOf(',');
        if (s_choices.IsEmpty || comma < 0) return null;
        var (fullName, assemblyName) = (name[..comma], name[(comma + 1)..]);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.IsDynamic || assembly.GetName().Name != assemblyName) continue;
            if (assembly.GetType(fullName, throwOnError: false) is { } type && (type.IsGenericTypeDefinition || Supports(type))) return type;
        }

        return null;
    }

    public static bool IsNode(Type type) => typeof(JsonNode).IsAssignableFrom(type);

    private static JsonSerializerOptions? OptionsOf(Type type)
    {
        if (s_choices.IsEmpty || !IsCandidate(type)) return null;
        foreach (var choice in s_choices)
            if (IsNode(type) || type == typeof(JsonElement) || type == typeof(JsonDocument) || choice.IsSupported?.Invoke(type) == true) return choice.Options;
        return null;
    }

    // An interface or abstract class travels as what its values are.
    private static bool IsCandidate(Type type) =>
        type != typeof(object) && !type.ContainsGenericParameters && !BuiltInCopiers.IsDelegate(type) && !typeof(IAddressable).IsAssignableFrom(type)
        && !type.IsByRefLike && (IsNode(type) || !(type.IsInterface || type.IsAbstract));

    private sealed record Choice(Func<Type, bool>? IsSupported, JsonSerializerOptions Options);
}
