namespace OrleansSocial.Kernel;

/// <summary>What the person who waits for a job is told live.</summary>
public static class JobLive
{
    /// <summary>How far a job is. Never stored: what has come of it, its slice tells.</summary>
    public static readonly LiveType<JobProgress> Progress = new("job.progress");
}

/// <summary>How far a job is.</summary>
/// <param name="Kind">What it does, such as <c>media.scale</c>.</param>
/// <param name="Key">Which one of its kind, as it was named when it was asked for.</param>
/// <param name="Done">How much is done.</param>
/// <param name="Total">Of how much.</param>
[GenerateSerializer, Immutable, Alias("kernel.job-progress")]
public sealed record JobProgress([property: Id(0)] string Kind, [property: Id(1)] string Key, [property: Id(2)] long Done, [property: Id(3)] long Total);
