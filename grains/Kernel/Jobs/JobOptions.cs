using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>Limits and timings of jobs. Section <c>Social:Jobs</c>; a queue's own stand under its name, such as <c>Social:Jobs:sweeps:WorkersMax</c>.</summary>
public sealed class JobOptions : INamedOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Jobs";

    private readonly FrozenDictionary<string, JobQueueOption> _queues = typeof(JobOptions).Assembly.GetTypes()
        .Select(type => type.GetCustomAttribute<QueueAttribute>(inherit: false)?.Name).OfType<string>().Append(QueueAttribute.Sweeps).Distinct(StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(name => name, _ => new JobQueueOption(), StringComparer.OrdinalIgnoreCase);

    /// <summary>How many jobs of a queue a silo runs at a time, where the queue has no number of its own.</summary>
    [Range(1, 1000)]
    public int WorkersMax { get; set; } = 4;

    /// <summary>How often a silo looks for jobs that others have enqueued, that have come due, or that were cancelled.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; set; } = 1000;

    /// <summary>How often a job is begun before it counts as dead.</summary>
    [Range(1, 100)]
    public int AttemptsMax { get; set; } = 10;

    /// <summary>How long after a first failure a job is tried again; doubled with each further one, and up to half as much more by lot.</summary>
    [Range(0, 3600)]
    public int RetrySeconds { get; set; } = 5;

    /// <summary>The longest pause between two attempts, but for the lot.</summary>
    [Range(1, 86_400)]
    public int RetrySecondsMax { get; set; } = 3600;

    /// <summary>How long one attempt may take; then it is told to stop and counts as failed.</summary>
    [Range(1, 10_000)]
    public int RunMinutesMax { get; set; } = 60;

    /// <summary>How long a silo that stops waits for the jobs that it runs; then it tells them to stop and gives them back.</summary>
    [Range(0, 600)]
    public int DrainSecondsMax { get; set; } = 10;

    /// <summary>How many days jobs are kept that are done or cancelled. For so long a key that comes again is known.</summary>
    [Range(1, 3650)]
    public int DaysMax { get; set; } = 7;

    /// <inheritdoc/>
    public IEnumerable<string> Names => _queues.Keys.Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public object? Find(string name) => _queues.GetValueOrDefault(name);

    /// <summary>How many jobs of a queue a silo runs at a time.</summary>
    internal int WorkersOf(string queue) => _queues.GetValueOrDefault(queue)?.WorkersMax is > 0 and var own ? own : WorkersMax;
}

/// <summary>What a queue of jobs has of its own.</summary>
public sealed class JobQueueOption
{
    /// <summary>How many of its jobs a silo runs at a time; 0 for the number of all queues.</summary>
    [Range(0, 1000)]
    public int WorkersMax { get; set; }
}
