namespace OrleansSocial.RateLimits;

/// <summary>A bucket that refills steadily. Pure: time comes with each call. Invariant: 0 ≤ Tokens ≤ the limit's TokensMax.</summary>
/// <param name="Tokens">What was in it at <paramref name="At"/>.</param>
/// <param name="At">When it was last looked at.</param>
internal readonly record struct TokenBucket(double Tokens, DateTimeOffset At)
{
    /// <summary>A token that is short by what a clock's tick rounds away counts as whole.</summary>
    private const double Rounding = 1e-6;

    /// <summary>A full bucket.</summary>
    public static TokenBucket Full(RateLimit limit, DateTimeOffset now) => new(limit.TokensMax, now);

    /// <summary>Takes up to a number of tokens, whole ones only.</summary>
    public (TokenBucket Next, RateGrant Grant) Take(RateLimit limit, int tokens, DateTimeOffset now)
    {
        var there = Refilled(limit, now);
        var granted = Math.Clamp((int)Math.Floor(there + Rounding), 0, Math.Max(tokens, 0));
        var next = new TokenBucket(Math.Max(0, there - granted), now > At ? now : At);
        return (next, next.Describe(limit, granted));
    }

    /// <summary>Puts tokens back, at most until it is full.</summary>
    public TokenBucket GiveBack(RateLimit limit, int tokens, DateTimeOffset now) =>
        new(Math.Min(limit.TokensMax, Refilled(limit, now) + Math.Max(tokens, 0)), now > At ? now : At);

    /// <summary>How long until it is full, from when it was last looked at.</summary>
    public TimeSpan UntilFull(RateLimit limit) => TimeSpan.FromSeconds((limit.TokensMax - Tokens) / limit.TokensPerSecond);

    // A clock that steps back refills nothing and takes nothing away.
    private double Refilled(RateLimit limit, DateTimeOffset now) =>
        Math.Min(limit.TokensMax, Tokens + (Math.Max(0, (now - At).TotalSeconds) * limit.TokensPerSecond));

    private RateGrant Describe(RateLimit limit, int granted) => new(
        granted,
        (int)Math.Floor(Tokens + Rounding),
        Tokens + Rounding >= 1 ? 0 : (1 - Tokens) / limit.TokensPerSecond,
        UntilFull(limit).TotalSeconds);
}
