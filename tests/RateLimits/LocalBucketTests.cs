using Microsoft.Extensions.Time.Testing;

namespace OrleansSocial.RateLimits;

public sealed class LocalBucketTests
{
    private static readonly RateLimit s_limit = new(100, 1);

    private readonly FakeTimeProvider _clock = new();
    private readonly Queue<TaskCompletionSource<RateGrant>> _leases = [];

    [Fact]
    public void Tokens_of_one_lease_serve_many_requests()
    {
        var bucket = Bucket();
        Lease(bucket, new(3, 50, 0, 0));

        Assert.True(Charge(bucket)!.Value.Allowed);
        Assert.True(Charge(bucket)!.Value.Allowed);
        Assert.Equal(new RateVerdict(true, 100, 50, 0, 0), Charge(bucket));
        Assert.Null(Charge(bucket));
    }

    [Fact]
    public void Those_who_come_while_a_lease_is_under_way_share_it()
    {
        var bucket = Bucket();

        Assert.Null(Charge(bucket));
        Assert.Null(Charge(bucket));
        Assert.Null(Charge(bucket));

        Assert.Single(_leases);
    }

    [Fact]
    public void An_empty_bucket_refuses_by_itself_until_the_time_it_told()
    {
        var bucket = Bucket();
        Lease(bucket, new(0, 0, 2, 100));

        Assert.Equal(new RateVerdict(false, 100, 0, 100, 2), Charge(bucket));
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        var verdict = Charge(bucket)!.Value;
        Assert.Equal((false, 0.5), (verdict.Allowed, verdict.RetryAfterSeconds));
        Assert.Equal("rates.too_many", verdict.Refusal?.Code);
        Assert.Equal(1, verdict.Refusal?.RetryAfterSeconds);

        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(Charge(bucket));
        Assert.Equal(2, _leases.Count);
    }

    [Fact]
    public void A_lease_that_failed_is_forgotten_and_the_next_request_asks_again()
    {
        var bucket = Bucket();
        Assert.Null(Charge(bucket, out var lease));

        bucket.Drop(lease!);

        Assert.Null(Charge(bucket));
        Assert.Equal(2, _leases.Count);
    }

    [Fact]
    public void A_lease_is_taken_in_once_however_many_waited_for_it()
    {
        var bucket = Bucket();
        Assert.Null(Charge(bucket, out var lease));
        bucket.Settle(lease!, new(1, 0, 0, 0), _clock.GetTimestamp());
        bucket.Settle(lease!, new(1, 0, 0, 0), _clock.GetTimestamp());

        Assert.True(Charge(bucket)!.Value.Allowed);
        Assert.Null(Charge(bucket));
    }

    [Fact]
    public void A_bucket_nobody_asks_is_given_up_with_its_tokens_and_gives_none_any_more()
    {
        var bucket = Bucket();
        Lease(bucket, new(5, 0, 0, 0));
        Assert.True(Charge(bucket)!.Value.Allowed);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(bucket.TryGiveUp(_clock.GetTimestamp(), TimeSpan.FromSeconds(10), out _));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(bucket.TryGiveUp(_clock.GetTimestamp(), TimeSpan.FromSeconds(10), out var tokens));

        Assert.Equal(4, tokens);
        Assert.Null(Charge(bucket, out var lease));
        Assert.Null(lease);
        Assert.False(bucket.TryGiveUp(_clock.GetTimestamp(), TimeSpan.Zero, out tokens));
        Assert.Equal(0, tokens);
    }

    [Fact]
    public void A_bucket_whose_lease_is_under_way_is_not_given_up()
    {
        var bucket = Bucket();
        Assert.Null(Charge(bucket));

        Assert.False(bucket.TryGiveUp(_clock.GetTimestamp(), TimeSpan.Zero, out _));
    }

    private LocalBucket Bucket() => new(
        s_limit,
        () =>
        {
            _leases.Enqueue(new());
            return _leases.Last().Task;
        },
        _clock);

    private void Lease(LocalBucket bucket, RateGrant grant)
    {
        Assert.Null(Charge(bucket, out var lease));
        bucket.Settle(lease!, grant, _clock.GetTimestamp());
    }

    private RateVerdict? Charge(LocalBucket bucket) => Charge(bucket, out _);

    private RateVerdict? Charge(LocalBucket bucket, out Task<RateGrant>? lease) =>
        bucket.TryCharge(_clock.GetTimestamp(), out var verdict, out lease) ? verdict : null;
}
