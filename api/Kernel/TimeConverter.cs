using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSocial.Kernel;

/// <summary>Writes times in one form, RFC 3339 in UTC to the microsecond: <c>2031-05-01T12:00:00.000000Z</c>, so that they sort as texts. Reads every form of RFC 3339.</summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private const int Bytes = 27;

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) ? time : throw new JsonException("A time is expected, such as 2031-05-01T12:00:00Z.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Bytes];
        value.UtcDateTime.TryFormat(text, out var written, Form, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}
