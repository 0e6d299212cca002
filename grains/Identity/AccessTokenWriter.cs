using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansSocial.Identity;

/// <summary>Writes access tokens: JWS compact form (RFC 7515), ES256, the claims of RFC 7519.</summary>
internal static class AccessTokenWriter
{
    private static readonly JsonWebTokenHandler s_library = new();

    /// <summary>Remembers no signer: it would be found by the key's value and outlive the handle of the key, which the key ring disposes of.</summary>
    private static readonly CryptoProviderFactory s_signers = new() { CacheSignatureProviders = false };

    /// <summary>Writes and signs one token. Times are whole seconds since 1970.</summary>
    public static string Write(ECDsa key, string keyId, AccessClaims claims) => s_library.CreateToken(new SecurityTokenDescriptor
    {
        SigningCredentials = new(new ECDsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256) { CryptoProviderFactory = s_signers },
        Issuer = claims.Issuer,
        Audience = claims.Audience,
        IssuedAt = claims.IssuedAt.UtcDateTime,
        NotBefore = claims.IssuedAt.UtcDateTime,
        Expires = claims.ExpiresAt.UtcDateTime,
        Claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = claims.User.ToString(),
            [JwtRegisteredClaimNames.Sid] = claims.Session.ToString(),
            ["handle"] = claims.Handle,
            [JwtRegisteredClaimNames.Jti] = claims.TokenId,
        },
    });
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
