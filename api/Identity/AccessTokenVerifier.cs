using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSocial.Identity;

/// <summary>A verified access token.</summary>
/// <param name="Caller">Who it speaks for.</param>
/// <param name="ExpiresAt">When it ends, UTC.</param>
internal sealed record AccessToken(Caller Caller, DateTimeOffset ExpiresAt);

/// <summary>Believes an access token or says why not. Pure: keys and time come with the call.</summary>
/// <remarks>The algorithm is fixed: what the header says is compared and never chosen from, and keys come from the cluster alone.</remarks>
internal static class AccessTokenVerifier
{
    private const int KeyIdCharsMax = 64;
    private const int TokenIdCharsMax = 64;

    /// <summary>Checks form, header, signature, claims and times, in this order.</summary>
    public static TokenFault Verify(string? token, KeySet keys, DateTimeOffset now, out AccessToken? verified)
    {
        verified = null;
        if (CompactJws.Read(token, out var jws) is not TokenFault.None and var malformed) return malformed;
        if (CheckHeader(jws!.Header, out var keyId) is not TokenFault.None and var header) return header;
        if (keys.Find(keyId, now) is not { } key) return TokenFault.Key;
        if (!key.Verify(jws.SigningInput, jws.Signature)) return TokenFault.Signature;
        if (CompactJws.ReadObject(jws.Payload) is not { } claims) return TokenFault.Json;
        return CheckClaims(claims, keys.Terms, now, out verified);
    }

    /// <summary>Our headers hold alg, typ and kid and nothing else, so crit, jku, jwk, x5c and what may come are all refused.</summary>
    private static TokenFault CheckHeader(JsonElement header, out string keyId)
    {
        keyId = CompactJws.Text(header, "kid") ?? "";
        if (CompactJws.Text(header, "alg") != "ES256") return TokenFault.Algorithm;
        if (CompactJws.Text(header, "typ") != "JWT" || header.GetPropertyCount() != 3) return TokenFault.Header;
        return keyId.Length is >= 1 and <= KeyIdCharsMax ? TokenFault.None : TokenFault.Header;
    }

    private static TokenFault CheckClaims(JsonElement claims, TokenTerms terms, DateTimeOffset now, out AccessToken? verified)
    {
        verified = null;
        if (CompactJws.Text(claims, "iss") is not { } issuer || CompactJws.Text(claims, "aud") is not { } audience) return TokenFault.Claims;
        if (!UserId.TryParse(CompactJws.Text(claims, Caller.UserClaim), null, out var user)) return TokenFault.Claims;
        if (!SessionId.TryParse(CompactJws.Text(claims, Caller.SessionClaim), null, out var session)) return TokenFault.Claims;
        if (CompactJws.Text(claims, Caller.HandleClaim) is not { Length: >= 1 and <= Handles.CharsMax } handle) return TokenFault.Claims;
        if (CompactJws.Text(claims, "jti") is not { Length: >= 1 and <= TokenIdCharsMax }) return TokenFault.Claims;
        if (Time(claims, "iat") is not { } issuedAt || Time(claims, "nbf") is not { } notBefore || Time(claims, "exp") is not { } expiresAt)
            return TokenFault.Claims;

        if (!string.Equals(issuer, terms.Issuer, StringComparison.Ordinal)) return TokenFault.Issuer;
        if (!string.Equals(audience, terms.Audience, StringComparison.Ordinal)) return TokenFault.Audience;
        if (now >= expiresAt + terms.Skew) return TokenFault.Expired;
        if (now < notBefore - terms.Skew || now < issuedAt - terms.Skew || notBefore > expiresAt) return TokenFault.Time;
        if (expiresAt - issuedAt > terms.Lifetime + terms.Skew) return TokenFault.Time;
        verified = new(new(user, session, handle), expiresAt);
        return TokenFault.None;
    }

    /// <summary>A whole number of seconds since 1970 that is a time of this era.</summary>
    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and <= 32_503_680_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}

/// <summary>One P-256 public key that verifies ES256 signatures (RFC 7518, 3.4).</summary>
internal sealed class Es256Key : IDisposable
{
    private const int HalfBytes = 32;
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa _key;
    private readonly Lock _one = new();

    /// <summary>Imports a SubjectPublicKeyInfo.</summary>
    /// <exception cref="CryptographicException">It is not a P-256 key.</exception>
    public Es256Key(ReadOnlySpan<byte> publicKey)
    {
        _key = ECDsa.Create();
        _key.ImportSubjectPublicKeyInfo(publicKey, out _);
        if (_key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256) throw new CryptographicException("The key is not of P-256.");
    }

    /// <summary>Whether the signature, r and s of 32 bytes each and neither of them zero, is this key's for the input.</summary>
    public bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * HalfBytes) return false;
        if (!signature[..HalfBytes].ContainsAnyExcept((byte)0) || !signature[HalfBytes..].ContainsAnyExcept((byte)0)) return false;
        try
        {
            lock (_one) return _key.VerifyData(input, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
