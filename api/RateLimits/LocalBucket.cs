namespace OrleansSocial.RateLimits;

/// <summary>What this node holds of one shared bucket.</summary>
/// <remarks>Invariants: 1. Tokens ≥ 0. 2. At most one lease is under way. 3. Once given up it gives no token any more.</remarks>
internal sealed class LocalBucket(RateLimit limit, Func<Task<RateGrant>> takeMore, TimeProvider clock)
{
    private readonly Lock _one = new();
    private int _tokens;
    private RateGrant _last = new(0, 0, 0, 0);
    private long _lastAt;
    private long _usedAt = clock.GetTimestamp();
    private Task<RateGrant>? _lease;
    private bool _refusing;
    private bool _givenUp;

    /// <summary>The bucket's limit.</summary>
    public RateLimit Limit => limit;

    /// <summary>Takes one token, or knows that there is none. False: wait for <paramref name="lease"/> and try again (null: the bucket was given up).</summary>
    public bool TryCharge(long now, out RateVerdict verdict, out Task<RateGrant>? lease)
    {
        lock (_one)
        {
            (verdict, lease) = (default, null);
            if (_givenUp) return false;
            _usedAt = now;
            if (_tokens > 0)
            {
                _tokens--;
                verdict = Verdict(allowed: true, now, 0);
                return true;
            }

            if (_refusing && _last.RetryAfterSeconds - Elapsed(now) is > 0 and var wait)
            {
                verdict = Verdict(allowed: false, now, wait);
                return true;
            }

            lease = _lease ??= takeMore();
            return false;
        }
    }

    /// <summary>Takes the tokens of a lease in; the first of those who waited for it does.</summary>
    public void Settle(Task<RateGrant> lease, RateGrant grant, long now)
    {
        lock (_one)
        {
            if (!ReferenceEquals(_lease, lease)) return;
            _lease = null;
            _tokens += grant.Granted;
            _refusing = grant.Granted == 0;
            (_last, _lastAt) = (grant, now);
        }
    }

    /// <summary>Forgets a lease that failed, so that the next request asks again.</summary>
    public void Drop(Task<RateGrant> lease)
    {
        lock (_one)
        {
            if (ReferenceEquals(_lease, lease)) _lease = null;
        }
    }

    /// <summary>Gives the bucket up when nobody has asked for <paramref name="idle"/>. Tells how many tokens go back.</summary>
    public bool TryGiveUp(long now, TimeSpan idle, out int tokens)
    {
        lock (_one)
        {
            tokens = 0;
            if (_givenUp || _lease is { IsCompleted: false } || clock.GetElapsedTime(_usedAt, now) < idle) return false;
            (_givenUp, tokens, _tokens) = (true, _tokens, 0);
            return true;
        }
    }

    private double Elapsed(long now) => clock.GetElapsedTime(_lastAt, now).TotalSeconds;

    private RateVerdict Verdict(bool allowed, long now, double wait)
    {
        var shared = Math.Min(limit.TokensMax, _last.Remaining + (Elapsed(now) * limit.TokensPerSecond));
        var remaining = (int)Math.Min(limit.TokensMax, _tokens + (allowed ? shared : 0));
        return new(allowed, (int)limit.TokensMax, remaining, Math.Max(0, _last.ResetSeconds - Elapsed(now)), wait);
    }
}
