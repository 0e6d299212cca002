using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansSocial.Kernel;

/// <summary>How many jobs there are and how old they are, for whoever watches them.</summary>
internal sealed class JobMetrics
{
    private static readonly Meter s_meter = new("OrleansSocial.Kernel");
    private static readonly Counter<long> s_ended = s_meter.CreateCounter<long>("social.jobs.ended", "{attempt}", "Attempts at jobs, by their kind and by what the job is then.");
    private static readonly Histogram<double> s_durations = s_meter.CreateHistogram("social.jobs.duration", "s", "How long an attempt at a job took.", tags: null, Buckets.Seconds);

    private readonly ConcurrentDictionary<string, int> _running = [];
    private IReadOnlyList<JobQueueView> _queues = [];

    public JobMetrics()
    {
        s_meter.CreateObservableGauge("social.jobs.depth", () => Each(queue => queue.Due), "{job}", "Jobs of the whole cluster that could run and wait for a worker.");
        s_meter.CreateObservableGauge("social.jobs.age", () => Each(queue => queue.OldestSeconds), "s", "How long the one among them waits that came due first.");
        s_meter.CreateObservableGauge("social.jobs.dead", () => Each(queue => queue.Dead), "{job}", "Jobs of the whole cluster that have failed in every attempt.");
        s_meter.CreateObservableGauge(
            "social.jobs.running", () => _running.Select(one => new Measurement<int>(one.Value, new KeyValuePair<string, object?>("queue", one.Key))), "{job}", "Jobs that this silo runs.");
    }

    /// <summary>A job has begun here.</summary>
    public void Begun(string queue) => _running.AddOrUpdate(queue, 1, static (_, count) => count + 1);

    /// <summary>An attempt is over here.</summary>
    public void Over(string queue) => _running.AddOrUpdate(queue, 0, static (_, count) => count - 1);

    /// <summary>How an attempt ended.</summary>
    public static void Ended(string kind, EndedJob end, TimeSpan took)
    {
        s_ended.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("state", end.State));
        s_durations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
    }

    /// <summary>What there is of each queue.</summary>
    public void Count(IReadOnlyList<JobQueueView> queues) => _queues = queues;

    private IEnumerable<Measurement<T>> Each<T>(Func<JobQueueView, T> of)
        where T : struct => _queues.Select(queue => new Measurement<T>(of(queue), new KeyValuePair<string, object?>("queue", queue.Queue)));
}
