using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSocial.Identity;

/// <summary>An access token taken apart and not yet believed. It is read more strictly than the JWT library does, so that a token has one text and one meaning.</summary>
/// <remarks>The library takes spare bits and padding, doubled members, texts where numbers belong and header members that it does not know.</remarks>
internal sealed record AccessTokenForm(AccessTokenHeader Header, AccessTokenClaims Claims)
{
    /// <summary>The longest token that is looked at.</summary>
    public const int CharsMax = 4096;

    private const int DepthMax = 4;
    private const int KeyIdCharsMax = 64;
    private const int TokenIdCharsMax = 64;

    /// <summary>Our headers hold alg, typ and kid and nothing else, so crit, jku, jwk, x5c and what may come are all refused.</summary>
    private static readonly JsonSerializerOptions s_header = new(JsonSerializerOptions.Strict) { MaxDepth = DepthMax };

    /// <summary>A newer silo may add claims.</summary>
    private static readonly JsonSerializerOptions s_claims = new(s_header) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>Takes a token apart: exactly three parts, each canonical base64url without padding, the first two JSON objects with what ours have.</summary>
    public static TokenFault Read(string? token, out AccessTokenForm? form)
    {
        form = null;
        if (token is null || token.Length > CharsMax) return TokenFault.Size;
        var parts = token.Split('.');
        if (parts.Length != 3) return TokenFault.Parts;
        if (Decode(parts[0]) is not { } headerJson || Decode(parts[1]) is not { } claimsJson || Decode(parts[2]) is null) return TokenFault.Encoding;

        if (Read<AccessTokenHeader>(headerJson, s_header) is not { } header) return TokenFault.Header;
        if (header.Algorithm != "ES256") return TokenFault.Algorithm;
        if (header.Type != "JWT" || header.KeyId is not { Length: >= 1 and <= KeyIdCharsMax }) return TokenFault.Header;

        if (Read<AccessTokenClaims>(claimsJson, s_claims) is not { } claims) return TokenFault.Claims;
        if (claims.Handle.Length is < 1 or > Handles.CharsMax || claims.TokenId.Length is < 1 or > TokenIdCharsMax) return TokenFault.Claims;
        form = new(header, claims);
        return TokenFault.None;
    }

    private static T? Read<T>(byte[] json, JsonSerializerOptions strict)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, strict);
        }
        catch (JsonException)
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

/// <summary>The header of an access token.</summary>
internal sealed record AccessTokenHeader(
    [property: JsonPropertyName("alg")] string Algorithm,
    [property: JsonPropertyName("typ")] string? Type = null,
    [property: JsonPropertyName("kid")] string? KeyId = null);

/// <summary>The claims of an access token. Times are whole seconds since 1970, and 32 bits of them last until 2106.</summary>
internal sealed record AccessTokenClaims(
    [property: JsonPropertyName("iss")] string Issuer,
    [property: JsonPropertyName("aud")] string Audience,
    [property: JsonPropertyName(Caller.UserClaim)] UserId User,
    [property: JsonPropertyName(Caller.SessionClaim)] SessionId Session,
    [property: JsonPropertyName(Caller.HandleClaim)] string Handle,
    [property: JsonPropertyName("iat")] uint IssuedAt,
    [property: JsonPropertyName("nbf")] uint NotBefore,
    [property: JsonPropertyName("exp")] uint ExpiresAt,
    [property: JsonPropertyName("jti")] string TokenId);

/// <summary>Why an access token is refused. For logs and tests; a client hears whether it has expired, its session has ended, or it is none (<see cref="TokenFaults.Refusal"/>).</summary>
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

    /// <summary>The algorithm is not ES256.</summary>
    Algorithm,

    /// <summary>The header is not one JSON object with what ours have and nothing else.</summary>
    Header,

    /// <summary>No key of ours has this id.</summary>
    Key,

    /// <summary>The signature is not that of the key.</summary>
    Signature,

    /// <summary>The claims are not one JSON object, or one is missing, doubled or of the wrong type.</summary>
    Claims,

    /// <summary>Another issuer.</summary>
    Issuer,

    /// <summary>For another audience.</summary>
    Audience,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its session has ended.</summary>
    SessionEnded,

    /// <summary>Its time has not come, or is longer than ours are.</summary>
    Time,
}

/// <summary>What clients hear of faults.</summary>
internal static class TokenFaults
{
    /// <summary>The refusal of a token with this fault. Only what this cluster signed is told that its time is over: whether to refresh or to sign in again is of use to its owner alone.</summary>
    public static Refusal Refusal(this TokenFault fault) => fault switch
    {
        TokenFault.Expired => IdentityRefusals.TokenExpired,
        TokenFault.SessionEnded => IdentityRefusals.SessionEnded,
        _ => IdentityRefusals.TokenInvalid,
    };
}
