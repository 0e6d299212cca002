namespace OrleansSocial.RateLimits;

public sealed class TokenBucketTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RateLimit s_limit = new(10, 2);

    [Fact]
    public void A_full_bucket_gives_what_it_holds_and_then_nothing()
    {
        var (bucket, first) = TokenBucket.Full(s_limit, s_start).Take(s_limit, 4, s_start);
        (bucket, var second) = bucket.Take(s_limit, 9, s_start);
        (_, var third) = bucket.Take(s_limit, 1, s_start);

        Assert.Equal(new RateGrant(4, 6, 0, 2), first);
        Assert.Equal(new RateGrant(6, 0, 0.5, 5), second, Alike);
        Assert.Equal(new RateGrant(0, 0, 0.5, 5), third, Alike);
    }

    [Theory]
    [InlineData(0.4, 0)]
    [InlineData(0.5, 1)]
    [InlineData(1.4, 2)]
    [InlineData(5, 10)]
    [InlineData(3600, 10)]
    [InlineData(-3600, 0)]
    public void An_empty_bucket_refills_steadily_up_to_its_limit(double secondsLater, int granted)
    {
        var empty = TokenBucket.Full(s_limit, s_start).Take(s_limit, 10, s_start).Next;

        Assert.Equal(granted, empty.Take(s_limit, 100, s_start.AddSeconds(secondsLater)).Grant.Granted);
    }

    [Fact]
    public void Waiting_as_long_as_it_says_is_enough()
    {
        var limit = new RateLimit(3, 0.7);
        var (bucket, grant) = TokenBucket.Full(limit, s_start).Take(limit, 3, s_start);

        Assert.Equal(1, bucket.Take(limit, 1, s_start.AddSeconds(grant.RetryAfterSeconds)).Grant.Granted);
    }

    [Fact]
    public void Tokens_given_back_are_there_again_and_never_beyond_the_limit()
    {
        var empty = TokenBucket.Full(s_limit, s_start).Take(s_limit, 10, s_start).Next;

        Assert.Equal(3, empty.GiveBack(s_limit, 3, s_start).Take(s_limit, 100, s_start).Grant.Granted);
        Assert.Equal(10, empty.GiveBack(s_limit, 1000, s_start).Take(s_limit, 100, s_start).Grant.Granted);
        Assert.Equal(0, empty.GiveBack(s_limit, -5, s_start).Take(s_limit, 100, s_start).Grant.Granted);
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_no_more_is_given_than_the_limit_and_the_refill()
    {
        var random = new Random(7);
        var (bucket, now, given) = (TokenBucket.Full(s_limit, s_start), s_start, 0);
        for (var i = 0; i < 10_000; i++)
        {
            now = now.AddMilliseconds(random.Next(0, 300));
            (bucket, var grant) = bucket.Take(s_limit, random.Next(-1, 5), now);
            given += grant.Granted;

            Assert.InRange(bucket.Tokens, 0, s_limit.TokensMax);
            Assert.True(given <= s_limit.TokensMax + ((now - s_start).TotalSeconds * s_limit.TokensPerSecond) + 0.001);
        }
    }

    private static bool Alike(RateGrant a, RateGrant b) =>
        a.Granted == b.Granted && a.Remaining == b.Remaining
        && Math.Abs(a.RetryAfterSeconds - b.RetryAfterSeconds) < 1e-6 && Math.Abs(a.ResetSeconds - b.ResetSeconds) < 1e-6;
}
