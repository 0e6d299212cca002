namespace OrleansSocial.Identity;

/// <summary>What a device gets when it signs in or refreshes.</summary>
/// <param name="User">Who signed in.</param>
/// <param name="Handle">Their handle.</param>
/// <param name="Session">The session that both tokens belong to.</param>
/// <param name="AccessToken">A signed JWT for the <c>Authorization: Bearer</c> header.</param>
/// <param name="AccessExpiresAt">When the access token ends, UTC.</param>
/// <param name="RefreshToken">Good for one refresh; using it twice ends the session.</param>
/// <param name="RefreshExpiresAt">When the refresh token ends, UTC.</param>
[GenerateSerializer, Immutable, Alias("identity.tokens")]
public sealed record SessionTokens(
    [property: Id(0)] UserId User,
    [property: Id(1)] string Handle,
    [property: Id(2)] SessionId Session,
    [property: Id(3)] string AccessToken,
    [property: Id(4)] DateTimeOffset AccessExpiresAt,
    [property: Id(5)] string RefreshToken,
    [property: Id(6)] DateTimeOffset RefreshExpiresAt);

/// <summary>Opens an account.</summary>
/// <param name="Handle">3 to 30 of a–z, 0–9 and underscore, beginning with a letter; case does not matter.</param>
/// <param name="DisplayName">1 to 50 characters; null takes the handle.</param>
/// <param name="Password">8 to 128 characters.</param>
/// <param name="Key">The idempotency key: the same command under the same key signs in to the account that it opened; null for none.</param>
[GenerateSerializer, Immutable, Alias("identity.register")]
public sealed record RegisterAccount(
    [property: Id(0)] string Handle,
    [property: Id(1)] string? DisplayName,
    [property: Id(2)] string Password,
    [property: Id(3)] string? Key = null);

/// <summary>A key with which access tokens are verified.</summary>
/// <param name="KeyId">The <c>kid</c> of tokens signed with it.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER.</param>
/// <param name="NotAfter">No token signed with it is valid after this, UTC.</param>
[GenerateSerializer, Immutable, Alias("identity.verification-key")]
public sealed record VerificationKey([property: Id(0)] string KeyId, [property: Id(1)] byte[] PublicKey, [property: Id(2)] DateTimeOffset NotAfter);

/// <summary>What every access token of this cluster has in common.</summary>
/// <param name="Issuer">The <c>iss</c>.</param>
/// <param name="Audience">The <c>aud</c>.</param>
/// <param name="Lifetime">How long a token is good at most.</param>
/// <param name="Skew">How far the clocks of two nodes may be apart.</param>
[GenerateSerializer, Immutable, Alias("identity.token-terms")]
public sealed record TokenTerms(
    [property: Id(0)] string Issuer,
    [property: Id(1)] string Audience,
    [property: Id(2)] TimeSpan Lifetime,
    [property: Id(3)] TimeSpan Skew);

/// <summary>All that is needed to verify access tokens.</summary>
/// <param name="Terms">What they have in common.</param>
/// <param name="Keys">The keys that one may be signed with, the newest first.</param>
[GenerateSerializer, Immutable, Alias("identity.key-ring")]
public sealed record KeyRing([property: Id(0)] TokenTerms Terms, [property: Id(1)] IReadOnlyList<VerificationKey> Keys);
