using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>States as JSON. Rows hold the members of the state and never the names of CLR types, so classes may move.</summary>
/// <remarks>
/// The contract is the state's own: public properties and fields, and what its JSON attributes say. Derived types need
/// <c>[JsonDerivedType]</c>. A reference to a grain is the text of its id, and comes back as the interface that the member declares.
/// </remarks>
internal sealed class JsonStateSerializer : IGrainStorageSerializer
{
    private readonly JsonSerializerOptions _options;

    public JsonStateSerializer(IServiceProvider services) => _options = new JsonSerializerOptions
    {
        // Rows are data and never part of a page, so text stays as it is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        IncludeFields = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new References(services) },
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, _options));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, _options);

    private sealed class References(IServiceProvider services) : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeof(IAddressable).IsAssignableFrom(typeToConvert)
            && (typeToConvert.IsInterface || typeof(GrainReference).IsAssignableFrom(typeToConvert));

        public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter?)Activator.CreateInstance(typeof(Reference<>).MakeGenericType(typeToConvert), services);
    }

    private sealed class Reference<T>(IServiceProvider services) : JsonConverter<T>
        where T : class, IAddressable
    {
        // Looked up late: the factory of references is made of services that may need storage themselves.
        private readonly Lazy<IGrainFactory> _grains = new(services.GetRequiredService<IGrainFactory>);

        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.GetGrainId().ToString());

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString());

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.GetGrainId().ToString());

        private T Parse(string? text) => GrainId.TryParse(text, out var id)
            ? _grains.Value.GetGrain(id).Cast<T>()
            : throw new JsonException($"'{text}' is not a grain id of the form type/key.");
    }
}
