using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Storage;

namespace OrleansSocial.Kernel;

/// <summary>What a row of grain state holds: JSON of the members that carry an <c>[Id]</c>, under their names, and nothing else.</summary>
/// <remarks>
/// No name of a class is among the bytes. A member that
/// a row does not have keeps its default, and one that the class does not have is passed over: two versions may run side by side.
/// </remarks>
public sealed class StateSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        // Rows are data and never part of a page, so text stays as it is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { KeepContract } },
    };

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, s_options));

    /// <inheritdoc/>
    public T? Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return JsonSerializer.Deserialize<T>(input.ToMemory().Span, s_options);
    }

    /// <summary>The same as text, for a column of JSON.</summary>
    internal static string Text(object held) => JsonSerializer.Serialize(held, held.GetType(), s_options);

    /// <summary>Reads such a text.</summary>
    internal static object Read(string text, Type type) => JsonSerializer.Deserialize(text, type, s_options)!;

    private static void KeepContract(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        if (!type.Type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            throw new JsonException($"{type.Type} carries no [GenerateSerializer], so it has no contract and cannot be part of a grain's state.");
        for (var i = type.Properties.Count - 1; i >= 0; i--)
            if (type.Properties[i].AttributeProvider is not MemberInfo member || !member.IsDefined(typeof(IdAttribute))) type.Properties.RemoveAt(i);
    }
}
