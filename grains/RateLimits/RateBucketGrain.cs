using Orleans.Placement;

namespace OrleansSocial.RateLimits;

/// <summary>One token bucket, shared by all nodes. Key: <c>rate:</c>, the class, and what is limited.</summary>
/// <remarks>Invariants: see <see cref="TokenBucket"/>. It stays in memory until it is full again, for a bucket that is forgotten starts full.
/// It lives where it is charged first: most of those that are limited come back to the same node, whose leases then cross no wire.</remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class RateBucketGrain(TimeProvider clock) : Grain, IRateBucketGrain
{
    private static readonly TimeSpan s_stayMax = TimeSpan.FromDays(7);

    private TokenBucket? _bucket;

    public Task<RateGrant> Take(RateLimit limit, int tokens)
    {
        var now = clock.GetUtcNow();
        var (next, grant) = (_bucket ?? TokenBucket.Full(limit, now)).Take(limit, tokens, now);
        Keep(next, limit);
        return Task.FromResult(grant);
    }

    public Task GiveBack(RateLimit limit, int tokens)
    {
        var now = clock.GetUtcNow();
        Keep((_bucket ?? TokenBucket.Full(limit, now)).GiveBack(limit, tokens, now), limit);
        return Task.CompletedTask;
    }

    private void Keep(TokenBucket next, RateLimit limit)
    {
        _bucket = next;
        var untilFull = next.UntilFull(limit);
        DelayDeactivation(untilFull < s_stayMax ? untilFull : s_stayMax);
    }
}
