using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Bundled;

/// <summary>The JSON of a value is its only field.</summary>
internal static class JsonField
{
    public static void Write<T>(WireWriter writer, T value, JsonSerializerOptions options)
    {
        writer.Header(0, WireType.Bytes);
        writer.Bytes(JsonSerializer.SerializeToUtf8Bytes(value, options));
        writer.End();
    }

    public static T Read<T>(WireReader reader, JsonSerializerOptions options)
    {
        T? value = default;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0 && wire == WireType.Bytes) value = JsonSerializer.Deserialize<T>(reader.Bytes(), options);
            else reader.Skip(wire);
        }

        reader.EndObject();
        return value ?? throw WireReader.Malformed($"JSON that makes no {typeof(T)}");
    }
}

/// <summary>Writes and reads objects of classes that nobody annotated.</summary>
internal sealed class JsonCodec<T>(JsonSerializerOptions options) : ObjectCodec<T>
    where T : class
{
    // As the base of an annotated class it takes part only when it holds nothing.
    public override void WriteMembers(WireWriter writer, T value) => Codecs.EnsureEmpty(typeof(T));

    public override void ReadMembers(WireReader reader, T value)
    {
        Codecs.EnsureEmpty(typeof(T));
        uint id = 0;
        while (reader.Next(ref id, out var wire)) reader.Skip(wire);
    }

    protected override void WriteContent(WireWriter writer, T value) => JsonField.Write(writer, value, options);

    protected override T ReadContent(WireReader reader, int position)
    {
        var value = JsonField.Read<T>(reader, options);
        reader.Record(position, value);
        return value;
    }
}

/// <summary>The same for structs.</summary>
internal sealed class JsonStructCodec<T>(JsonSerializerOptions options) : StructCodec<T>
    where T : struct
{
    protected override void WriteContent(WireWriter writer, T value) => JsonField.Write(writer, value, options);

    protected override T ReadContent(WireReader reader) => JsonField.Read<T>(reader, options);
}

/// <summary>JSON trees are what they are, whichever of their classes they are met as.</summary>
internal sealed class JsonNodeCodec<T>(JsonSerializerOptions options) : ObjectCodec<T>
    where T : JsonNode
{
    internal override Type NamedAs => typeof(JsonNode);

    protected override bool IsExact(T value) => true;

    protected override void WriteContent(WireWriter writer, T value) => JsonField.Write<JsonNode>(writer, value, options);

    protected override T ReadContent(WireReader reader, int position)
    {
        var value = JsonField.Read<JsonNode>(reader, options) as T ?? throw WireReader.Malformed($"JSON that is no {typeof(T)}");
        reader.Record(position, value);
        return value;
    }
}

/// <summary>Copies by way of JSON.</summary>
internal sealed class JsonCopier<T>(JsonSerializerOptions options) : Copier<T>
{
    public override T Copy(T value, CopyContext? context)
    {
        if (value is null) return value;
        if (typeof(T).IsValueType) return Again(value);
        if (value is JsonNode node) return (T)(object)node.DeepClone();
        if (value.GetType() != typeof(T)) return (T)Copiers.CopyRuntime(value, context);
        if (context is not null && context.TryGet<object>(value, out var done)) return (T)done;
        var copy = Again(value);
        context?.Record(value, copy!);
        return copy;
    }

    // As the base of an annotated class it takes part only when it holds nothing.
    public override void CopyMembers(T from, T to, CopyContext? context) => Codecs.EnsureEmpty(typeof(T));

    private T Again(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(value, options), options)!;
}
