using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansSocial.Identity;

/// <summary>A verified access token.</summary>
/// <param name="Caller">Who it speaks for.</param>
/// <param name="ExpiresAt">When it ends, UTC.</param>
internal sealed record AccessToken(Caller Caller, DateTimeOffset ExpiresAt);

/// <summary>Believes an access token or says why not. Pure: keys and time come with the call.</summary>
/// <remarks>The algorithm is fixed: what the header says is compared and never chosen from, and keys come from the cluster alone.</remarks>
internal static class AccessTokenVerifier
{
    private static readonly JsonWebTokenHandler s_library = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = AccessTokenForm.CharsMax };

    /// <summary>Checks form, key, signature, issuer, audience and times, in this order.</summary>
    public static async ValueTask<(AccessToken? Token, TokenFault Fault)> Verify(string? token, KeySet keys, DateTimeOffset now)
    {
        if (AccessTokenForm.Read(token, out var form) is not TokenFault.None and var malformed) return (null, malformed);
        if (keys.Find(form!.Header.KeyId!, now) is not { } key) return (null, TokenFault.Key);

        var result = await s_library.ValidateTokenAsync(token, Expected(key, keys.Terms));
        if (!result.IsValid) return (null, Fault(result.Exception));

        var claims = form.Claims;
        if (CheckTimes(claims, keys.Terms, now) is not TokenFault.None and var untimely) return (null, untimely);
        return (new(new(claims.User, claims.Session, claims.Handle), At(claims.ExpiresAt)), TokenFault.None);
    }

    private static TokenValidationParameters Expected(SecurityKey key, TokenTerms terms) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = ["JWT"],
        ValidIssuer = terms.Issuer,
        ValidAudience = terms.Audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidateLifetime = false, // CheckTimes does it: the library knows no longest life, and takes a token at the instant at which ours has ended
        LogValidationExceptions = false,
    };

    private static TokenFault Fault(Exception refused) => refused switch
    {
        SecurityTokenInvalidIssuerException => TokenFault.Issuer,
        SecurityTokenInvalidAudienceException => TokenFault.Audience,
        _ => TokenFault.Signature,
    };

    private static TokenFault CheckTimes(AccessTokenClaims claims, TokenTerms terms, DateTimeOffset now)
    {
        var (issuedAt, notBefore, expiresAt) = (At(claims.IssuedAt), At(claims.NotBefore), At(claims.ExpiresAt));
        if (now >= expiresAt + terms.Skew) return TokenFault.Expired;
        if (now < notBefore - terms.Skew || now < issuedAt - terms.Skew || notBefore > expiresAt) return TokenFault.Time;
        return expiresAt - issuedAt > terms.Lifetime + terms.Skew ? TokenFault.Time : TokenFault.None;
    }

    private static DateTimeOffset At(uint seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
