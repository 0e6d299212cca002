using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>States as JSON. Rows hold the members of the state and never the names of CLR types, so classes may move.</summary>
/// <remarks>
/// The contract is the state's own: public properties and fields, and what its JSON attributes say. Derived types need
/// <c>[JsonDerivedType]</c>.
/// </remarks>
internal sealed class JsonStateSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        IncludeFields = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, s_options));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, s_options);
}
