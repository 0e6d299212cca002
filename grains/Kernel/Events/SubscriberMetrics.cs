using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansSocial.Kernel;

/// <summary>How far subscribers are behind, for whoever watches them.</summary>
internal sealed class SubscriberMetrics
{
    private static readonly Meter s_meter = new("OrleansSocial.Kernel");

    private readonly ConcurrentDictionary<SubscriberPart, DateTimeOffset?> _oldest = [];
    private readonly TimeProvider _clock;
    private IReadOnlyList<(string Subscriber, long Count)> _parked = [];

    public SubscriberMetrics(TimeProvider clock)
    {
        _clock = clock;
        s_meter.CreateObservableGauge("social.events.lag", Lags, "s", "Age of the oldest event that a part of a subscriber at this silo has still to handle.");
        s_meter.CreateObservableGauge("social.events.parked", Parked, "{event}", "Events that a subscriber could not handle, in the whole cluster.");
    }

    /// <summary>What a part has still to handle from.</summary>
    public void Seen(SubscriberPart part, DateTimeOffset? oldest) => _oldest[part] = oldest;

    /// <summary>A part is no longer here.</summary>
    public void Forget(SubscriberPart part) => _oldest.TryRemove(part, out _);

    /// <summary>How many are parked.</summary>
    public void Count(IReadOnlyList<(string Subscriber, long Count)> parked) => _parked = parked;

    /// <summary>The longest delay of a subscriber's parts at this silo.</summary>
    public TimeSpan LagOf(string subscriber) => _oldest.Where(one => one.Key.Subscriber == subscriber).Select(one => Lag(one.Value)).DefaultIfEmpty().Max();

    private IEnumerable<Measurement<double>> Lags() => _oldest.Select(one => one.Key.Subscriber).Distinct().Select(name => new Measurement<double>(LagOf(name).TotalSeconds, Tag(name)));

    private IEnumerable<Measurement<long>> Parked() => _parked.Select(one => new Measurement<long>(one.Count, Tag(one.Subscriber)));

    private TimeSpan Lag(DateTimeOffset? oldest) => oldest is { } at && _clock.GetUtcNow() - at is var lag && lag > TimeSpan.Zero ? lag : TimeSpan.Zero;

    private static KeyValuePair<string, object?> Tag(string subscriber) => new("subscriber", subscriber);
}
