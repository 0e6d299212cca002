using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.RateLimits;

/// <summary>Charges requests on this node: from tokens that it leased, and from the shared bucket when they are used up.</summary>
/// <remarks>Invariants: 1. Every token given here was taken out of the shared bucket first, so nodes together never give more than it holds.
/// 2. At most BucketsMax buckets are kept (and those of requests under way). 3. An empty bucket is asked again only when it may have a token.</remarks>
internal sealed partial class RateGate : IRateGate, IDisposable
{
    private static readonly Meter s_meter = new("OrleansSocial.Edge");
    private static readonly Counter<long> s_refused = s_meter.CreateCounter<long>("social.rate.refused", "{charge}", "Requests and hub calls that came too often, by their rate class.");

    private const int LeaseTokensMax = 64;
    private const int SweepShare = 16;

    private readonly ConcurrentDictionary<RateKey, LocalBucket> _buckets = [];
    private readonly IGrainFactory _grains;
    private readonly Repeater _repeater;
    private readonly RateLimitsOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<RateGate> _log;
    private readonly ITimer _sweeper;
    private int _count;

    public RateGate(IGrainFactory grains, Repeater repeater, IOptions<RateLimitsOptions> options, TimeProvider clock, ILogger<RateGate> log)
    {
        (_grains, _repeater, _options, _clock, _log) = (grains, repeater, options.Value, clock, log);
        var period = TimeSpan.FromSeconds(Math.Max(0.5, _options.LeaseSecondsMax / 2d));
        _sweeper = clock.CreateTimer(_ => Sweep(), null, period, period);
    }

    /// <summary>How many buckets this node holds tokens of.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public async ValueTask<Refusal?> Charge(Rate rate, Caller caller, int things = 1, CancellationToken cancellation = default) =>
        (await Charge(RateKey.Of(rate, caller.User), Rate.TokensFor(things), cancellation)).Refusal;

    /// <summary>Takes tokens of a bucket, one after the other, until there is none.</summary>
    public async ValueTask<RateVerdict> Charge(RateKey key, int tokens, CancellationToken cancellation)
    {
        while (true)
        {
            var verdict = await Charge(key, cancellation);
            if (verdict.Refusal is not null || --tokens <= 0) return verdict;
        }
    }

    /// <summary>Takes one token of a bucket.</summary>
    public async ValueTask<RateVerdict> Charge(RateKey key, CancellationToken cancellation)
    {
        while (true)
        {
            var bucket = Bucket(key);
            if (bucket.TryCharge(_clock.GetTimestamp(), out var verdict, out var lease))
            {
                if (verdict.Refusal is not null) s_refused.Add(1, new KeyValuePair<string, object?>("rate", key.Rate.Name));
                return verdict;
            }

            if (lease is null) continue; // The bucket was given up meanwhile.
            try
            {
                bucket.Settle(lease, await lease.WaitAsync(cancellation), _clock.GetTimestamp());
            }
            catch when (lease.IsFaulted)
            {
                bucket.Drop(lease);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sweeper.Dispose();

    /// <summary>Gives back the tokens that nobody asked for in a while.</summary>
    internal void Sweep()
    {
        var now = _clock.GetTimestamp();
        foreach (var (key, bucket) in _buckets)
            if (bucket.TryGiveUp(now, TimeSpan.FromSeconds(_options.LeaseSecondsMax), out var tokens))
                Remove(key, bucket, tokens);
    }

    private LocalBucket Bucket(RateKey key)
    {
        if (_buckets.TryGetValue(key, out var bucket)) return bucket;
        bucket = Make(key);
        if (!_buckets.TryAdd(key, bucket)) return Bucket(key);
        if (Interlocked.Increment(ref _count) > _options.BucketsMax) MakeRoom();
        return bucket;
    }

    private LocalBucket Make(RateKey key)
    {
        var limit = _options.Of(key.Rate).Limit();
        var tokens = Math.Clamp((int)(limit.TokensMax * _options.LeaseShareMax), 1, LeaseTokensMax);
        return new(limit, () => Take(_grains.GetGrain<IRateBucketGrain>(key.GrainKey()), limit, tokens), _clock);
    }

    // Tokens of a call whose answer was lost are gone until the bucket refills, which a silo that went away has filled anyway.
    private async Task<RateGrant> Take(IRateBucketGrain shared, RateLimit limit, int tokens)
    {
        try
        {
            return await shared.Take(limit, tokens);
        }
        catch (Exception fault) when (_repeater.Repeats(fault))
        {
            return await _repeater.Again(
                fault, (shared, limit, tokens), static take => new ValueTask<RateGrant>(take.shared.Take(take.limit, take.tokens)), CancellationToken.None);
        }
    }

    /// <summary>Gives up a part of the buckets, whichever come first: what they held is back in the shared ones.</summary>
    private void MakeRoom()
    {
        var room = Math.Max(1, _options.BucketsMax / SweepShare);
        foreach (var (key, bucket) in _buckets)
        {
            if (!bucket.TryGiveUp(_clock.GetTimestamp(), TimeSpan.Zero, out var tokens)) continue;
            Remove(key, bucket, tokens);
            if (--room == 0) return;
        }
    }

    private void Remove(RateKey key, LocalBucket bucket, int tokens)
    {
        if (!_buckets.TryRemove(new KeyValuePair<RateKey, LocalBucket>(key, bucket))) return;
        Interlocked.Decrement(ref _count);
        if (tokens > 0) _ = GiveBack(key, bucket.Limit, tokens);
    }

    private async Task GiveBack(RateKey key, RateLimit limit, int tokens)
    {
        try
        {
            await _grains.GetGrain<IRateBucketGrain>(key.GrainKey()).GiveBack(limit, tokens);
        }
        catch (Exception fault)
        {
            // The bucket refills by itself; the tokens are late, not lost.
            LogNotGivenBack(fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Unused tokens could not be given back")]
    private partial void LogNotGivenBack(Exception fault);
}
