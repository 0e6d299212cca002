namespace OrleansSocial.RateLimits;

/// <summary>The limit of one rate class: a bucket that refills steadily.</summary>
/// <param name="TokensMax">How many requests may come at once.</param>
/// <param name="TokensPerSecond">How fast it refills.</param>
[GenerateSerializer, Immutable, Alias("rates.limit")]
public sealed record RateLimit([property: Id(0)] double TokensMax, [property: Id(1)] double TokensPerSecond);

/// <summary>The answer of a bucket.</summary>
/// <param name="Granted">How many tokens were taken: all that were asked for, or as many as there were.</param>
/// <param name="Remaining">Whole tokens left afterwards.</param>
/// <param name="RetryAfterSeconds">Seconds until one more token is there; 0 when there is one.</param>
/// <param name="ResetSeconds">Seconds until the bucket is full.</param>
[GenerateSerializer, Immutable, Alias("rates.grant")]
public sealed record RateGrant(
    [property: Id(0)] int Granted,
    [property: Id(1)] int Remaining,
    [property: Id(2)] double RetryAfterSeconds,
    [property: Id(3)] double ResetSeconds);

/// <summary>One token bucket, shared by all nodes. Key: <c>rate:</c>, the class, and what is limited: a user, an address or a login name.</summary>
/// <remarks>Held in memory: a bucket that is forgotten starts full.</remarks>
[Alias("rates.bucket")]
public interface IRateBucketGrain : IGrainWithStringKey
{
    /// <summary>Takes up to <paramref name="tokens"/> tokens, at least one whole token or none.</summary>
    [Alias("take")]
    Task<RateGrant> Take(RateLimit limit, int tokens);

    /// <summary>Gives back tokens that an edge leased and did not use.</summary>
    [Alias("give-back")]
    Task GiveBack(RateLimit limit, int tokens);
}
