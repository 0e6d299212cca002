namespace OrleansSocial.Kernel;

/// <summary>A job that is enqueued.</summary>
internal sealed record EnqueuedJob(Guid Id, JobDeclaration Declared, string Key, string Data, DateTimeOffset? At);

/// <summary>How an attempt at a job has ended.</summary>
/// <param name="Of">The attempt.</param>
/// <param name="Fence">Of the process that made it.</param>
/// <param name="State">What the job is then.</param>
/// <param name="Attempts">How many attempts count.</param>
/// <param name="Pause">How long it rests before it runs again; null where <paramref name="RunAt"/> says when, or where it does not.</param>
/// <param name="RunAt">When it runs again.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record EndedJob(ClaimedJob Of, Guid Fence, string State, int Attempts, TimeSpan? Pause = null, DateTimeOffset? RunAt = null, string? Error = null)
{
    /// <summary>It has succeeded: for good, or until its next time.</summary>
    public bool IsDone => Error is null && (State == JobStates.Done || RunAt is not null);
}

/// <summary>What a silo finds when it looks.</summary>
/// <param name="Ready">Jobs wait that may run, or have lost their silo.</param>
/// <param name="Mine">Jobs that this process has taken.</param>
internal sealed record JobLook(bool Ready, IReadOnlyList<TakenJob> Mine);

/// <summary>A job that a process has taken, as the table says it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Cancelling">It is to stop.</param>
internal readonly record struct TakenJob(Guid Id, int Attempt, bool Cancelling);
