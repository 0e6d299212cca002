using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansSocial.Identity;

/// <summary>Writes access tokens: JWS compact form (RFC 7515), ES256, the claims of RFC 7519.</summary>
internal static class AccessTokenWriter
{
    /// <summary>Writes and signs one token. Times are whole seconds since 1970.</summary>
    public static string Write(ECDsa key, string keyId, AccessClaims claims)
    {
        var input = $"{Part(w => WriteHeader(w, keyId))}.{Part(w => WriteClaims(w, claims))}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    private static void WriteHeader(Utf8JsonWriter writer, string keyId)
    {
        writer.WriteString("alg", "ES256");
        writer.WriteString("typ", "JWT");
        writer.WriteString("kid", keyId);
    }

    private static void WriteClaims(Utf8JsonWriter writer, AccessClaims claims)
    {
        writer.WriteString("iss", claims.Issuer);
        writer.WriteString("aud", claims.Audience);
        writer.WriteString("sub", claims.User.Value);
        writer.WriteString("sid", claims.Session.Value);
        writer.WriteString("handle", claims.Handle);
        writer.WriteNumber("iat", claims.IssuedAt.ToUnixTimeSeconds());
        writer.WriteNumber("nbf", claims.IssuedAt.ToUnixTimeSeconds());
        writer.WriteNumber("exp", claims.ExpiresAt.ToUnixTimeSeconds());
        writer.WriteString("jti", claims.TokenId);
    }

    private static string Part(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}

/// <summary>What an access token says.</summary>
internal sealed record AccessClaims(
    string Issuer,
    string Audience,
    UserId User,
    SessionId Session,
    string Handle,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    string TokenId);
