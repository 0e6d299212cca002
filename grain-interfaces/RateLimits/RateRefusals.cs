namespace OrleansSocial.RateLimits;

/// <summary>Every refusal of this slice.</summary>
public static class RateRefusals
{
    /// <summary>The bucket of this rate class is empty.</summary>
    public static readonly Refusal TooMany = new("rates.too_many", Kind.TooMany, "Too many requests of this kind; wait as long as Retry-After says.");
}
