using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>How JSON is read and written on every door: strictly, in camelCase, without nulls.</summary>
public static class SocialJson
{
    /// <summary>The deepest nesting that a request may have.</summary>
    public const int DepthMax = 16;

    /// <summary>The options, ready to use.</summary>
    public static readonly JsonSerializerOptions Options = Create();

    /// <summary>Gives options of the framework the same behaviour.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = DepthMax;

        // Text leaves as it is: responses are application/json with nosniff, never markup.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new StorableTextConverter());
        options.Converters.Add(new TimeConverter());
    }

    /// <summary>Gives the options by which bodies of requests are read the same behaviour, and refuses members that a body does not have: what is misspelt would be dropped in silence.</summary>
    public static void ConfigureBodies(JsonSerializerOptions options)
    {
        Configure(options);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

/// <summary>A text in a request is not Unicode that can be stored: a lone surrogate, or bytes that are not UTF-8.</summary>
public sealed class TextNotStorableException : JsonException
{
    /// <summary>The refusal in words.</summary>
    public TextNotStorableException()
        : base(CommonRefusals.TextNotStorable.Message)
    {
    }

    /// <summary>The refusal in other words.</summary>
    public TextNotStorableException(string message)
        : base(message)
    {
    }

    /// <summary>The refusal with its cause.</summary>
    public TextNotStorableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Reads texts so that a lone surrogate is refused by its name and not as malformed JSON.</summary>
public sealed class StorableTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("A text is expected.");
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new TextNotStorableException(CommonRefusals.TextNotStorable.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.GetString()!;

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
        => writer.WritePropertyName(value);
}
