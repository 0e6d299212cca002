namespace OrleansSocial.Kernel;

/// <summary>The jobs of the cluster, for an operator. Key: 0.</summary>
[Alias("kernel.jobs")]
public interface IJobsGrain : IGrainWithIntegerKey
{
    /// <summary>A page of jobs, those enqueued last first.</summary>
    /// <param name="by">Who asks: the cursors are theirs.</param>
    /// <param name="state">Only those that are <c>waiting</c>, <c>running</c>, <c>done</c>, <c>dead</c> or <c>cancelled</c>; null for all.</param>
    /// <param name="queue">Only those of one queue; null for all.</param>
    /// <param name="ask">Which page.</param>
    [Alias("list"), Refuses("jobs.no_such_state", "request.bad_cursor")]
    Task<Outcome<Page<JobView>>> List(UserId by, string? state, string? queue, PageAsk ask);

    /// <summary>How many jobs each queue has, ordered by name. One that has none that is still open is not among them.</summary>
    [Alias("queues")]
    Task<JobQueues> Queues();

    /// <summary>Lets a job run now that waits, is dead or was cancelled, with all of its attempts. Again: the same, until it runs.</summary>
    [Alias("run"), Refuses("jobs.not_found", "jobs.runs", "jobs.done")]
    Task<Outcome<Done>> Run(Guid id);

    /// <summary>Cancels a job: one that waits is never run, one that runs is told to stop. Again, and when it has ended or recurs: nothing happens.</summary>
    [Alias("cancel"), Refuses("jobs.not_found")]
    Task<Outcome<Done>> Cancel(Guid id);
}

/// <summary>How many jobs each queue has.</summary>
/// <param name="Items">Ordered by name.</param>
[GenerateSerializer, Immutable, Alias("kernel.job-queues")]
public sealed record JobQueues([property: Id(0)] IReadOnlyList<JobQueueView> Items);

/// <summary>How many jobs a queue has.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Due">That wait for a worker.</param>
/// <param name="Later">That wait for their time.</param>
/// <param name="Running">That a silo runs.</param>
/// <param name="Dead">That have failed in every attempt.</param>
/// <param name="OldestSeconds">How long the one has waited for a worker that came due first.</param>
[GenerateSerializer, Immutable, Alias("kernel.job-queue")]
public sealed record JobQueueView(
    [property: Id(0)] string Queue,
    [property: Id(1)] long Due,
    [property: Id(2)] long Later,
    [property: Id(3)] long Running,
    [property: Id(4)] long Dead,
    [property: Id(5)] double OldestSeconds);

/// <summary>A job as an operator sees it.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Key">Which one of its kind; empty where it recurs.</param>
/// <param name="Queue">Whose workers run it.</param>
/// <param name="State">What it is: <c>waiting</c>, <c>running</c>, <c>done</c>, <c>dead</c> or <c>cancelled</c>.</param>
/// <param name="Data">Its record, as JSON; null where it recurs.</param>
/// <param name="Cron">When it recurs, in UTC; null where it does not.</param>
/// <param name="Cancelling">It runs, and was told to stop.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="Error">Of the last attempt that failed; null when none has.</param>
/// <param name="RunAt">Not before.</param>
/// <param name="EnqueuedAt">Since when it is known.</param>
/// <param name="StartedAt">When its last attempt began.</param>
/// <param name="EndedAt">When its last attempt ended, or when it was cancelled.</param>
[GenerateSerializer, Immutable, Alias("kernel.job")]
public sealed record JobView(
    [property: Id(0)] Guid Id,
    [property: Id(1)] string Kind,
    [property: Id(2)] string Key,
    [property: Id(3)] string Queue,
    [property: Id(4)] string State,
    [property: Id(5)] string? Data,
    [property: Id(6)] string? Cron,
    [property: Id(7)] bool Cancelling,
    [property: Id(8)] int Attempts,
    [property: Id(9)] string? Error,
    [property: Id(10)] DateTimeOffset RunAt,
    [property: Id(11)] DateTimeOffset EnqueuedAt,
    [property: Id(12)] DateTimeOffset? StartedAt,
    [property: Id(13)] DateTimeOffset? EndedAt);
