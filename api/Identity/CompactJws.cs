using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace OrleansSocial.Identity;

/// <summary>A JSON Web Signature in its compact form (RFC 7515), taken apart and not yet believed.</summary>
/// <param name="Header">The header's JSON object.</param>
/// <param name="Payload">The payload's bytes.</param>
/// <param name="Signature">The signature's bytes.</param>
/// <param name="SigningInput">What the signature stands for: the first two parts as they came.</param>
internal sealed record CompactJws(JsonElement Header, byte[] Payload, byte[] Signature, byte[] SigningInput)
{
    /// <summary>The longest token that is looked at.</summary>
    public const int CharsMax = 4096;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Takes a token apart: exactly three parts, each canonical base64url without padding, the header one JSON object without doubles.</summary>
    public static TokenFault Read(string? token, out CompactJws? jws)
    {
        jws = null;
        if (token is null || token.Length > CharsMax) return TokenFault.Size;
        var parts = token.Split('.');
        if (parts.Length != 3) return TokenFault.Parts;
        if (Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload || Decode(parts[2]) is not { } signature) return TokenFault.Encoding;
        if (ReadObject(header) is not { } members) return TokenFault.Json;
        jws = new(members, payload, signature, Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length));
        return TokenFault.None;
    }

    /// <summary>Reads bytes as one JSON object in UTF-8 in which no member comes twice; null for everything else.</summary>
    public static JsonElement? ReadObject(byte[] json)
    {
        if (!Utf8.IsValid(json)) return null;
        try
        {
            using var document = JsonDocument.Parse(json, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text of a member, or null when it is absent, not a text, or not Unicode.</summary>
    public static string? Text(JsonElement members, string name)
    {
        if (!members.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Decodes one part. Encoding it again must give the same text: no padding, no white space, no spare bits.</summary>
    private static byte[]? Decode(string part)
    {
        if (part.Length == 0 || !Base64Url.IsValid(part)) return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}

/// <summary>Why an access token is refused. For logs and tests; a client hears only that it is not signed in.</summary>
internal enum TokenFault
{
    /// <summary>It is good.</summary>
    None,

    /// <summary>Absent or too long.</summary>
    Size,

    /// <summary>Not three parts.</summary>
    Parts,

    /// <summary>A part is not canonical base64url.</summary>
    Encoding,

    /// <summary>Header or claims are not one JSON object without doubles.</summary>
    Json,

    /// <summary>The algorithm is not ES256.</summary>
    Algorithm,

    /// <summary>The header holds what our tokens do not.</summary>
    Header,

    /// <summary>No key of ours has this id.</summary>
    Key,

    /// <summary>The signature is not that of the key.</summary>
    Signature,

    /// <summary>A claim is missing or of the wrong type.</summary>
    Claims,

    /// <summary>Another issuer.</summary>
    Issuer,

    /// <summary>For another audience.</summary>
    Audience,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its time has not come, or is longer than ours are.</summary>
    Time,
}
