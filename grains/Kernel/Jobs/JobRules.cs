namespace OrleansSocial.Kernel;

/// <summary>What a job may be, and how long one rests. Pure.</summary>
internal static class JobRules
{
    /// <summary>Longest key.</summary>
    public const int KeyCharsMax = 200;

    /// <summary>Longest record, as JSON: what is larger lies in a table or with the objects, and the job names it.</summary>
    public const int DataCharsMax = 8 * 1024;

    /// <summary>The record of a job as its row holds it. Refuses what is no job.</summary>
    /// <exception cref="ArgumentException">Its key or its data has another size than it may have: a mistake of whoever enqueues it.</exception>
    public static string DataOf(IJob job)
    {
        if (job.Key.Length is 0 or > KeyCharsMax) throw new ArgumentException($"The key of {job.GetType().Name} has {job.Key.Length} characters; it has 1 to {KeyCharsMax}.", nameof(job));
        var data = StateSerializer.Text(job);
        return data.Length <= DataCharsMax ? data : throw new ArgumentException($"{job.GetType().Name} has {data.Length} characters of data; it may have {DataCharsMax}.", nameof(job));
    }

    /// <summary>How long a job rests after an attempt: the first pause doubled with each further attempt, up to the longest, and up to half as much more by lot, so that what failed together does not come back together.</summary>
    /// <param name="attempt">Which attempt has failed, from 1.</param>
    /// <param name="options">The first pause and the longest.</param>
    /// <param name="lot">From 0 to 1.</param>
    public static TimeSpan Pause(int attempt, JobOptions options, double lot) =>
        TimeSpan.FromSeconds(Math.Min(options.RetrySecondsMax, options.RetrySeconds * Math.Pow(2, Math.Min(attempt - 1, 30))) * (1 + (lot / 2)));
}

/// <summary>What a job can be, as its row says it.</summary>
internal static class JobStates
{
    /// <summary>It waits for its time, or for a worker.</summary>
    public const string Waiting = "waiting";

    /// <summary>A silo runs it.</summary>
    public const string Running = "running";

    /// <summary>Its effects are stored.</summary>
    public const string Done = "done";

    /// <summary>It has failed in every attempt.</summary>
    public const string Dead = "dead";

    /// <summary>It was cancelled, and is never run.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Waiting, Running, Done, Dead, Cancelled];
}
