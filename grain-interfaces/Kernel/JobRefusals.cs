namespace OrleansSocial.Kernel;

/// <summary>Refusals of jobs.</summary>
public static class JobRefusals
{
    /// <summary>There is no job of that name.</summary>
    public static readonly Refusal NotFound = new("jobs.not_found", Kind.NotFound, "There is no such job: it may have ended long ago.");

    /// <summary>The job runs already.</summary>
    public static readonly Refusal Runs = new("jobs.runs", Kind.Conflict, "This job runs at the moment. Cancel it first, or wait for its end.");

    /// <summary>The job is done.</summary>
    public static readonly Refusal IsDone = new("jobs.done", Kind.Conflict, "This job is done, and what it did is not done twice. Enqueue one with another key.");

    /// <summary>Jobs are asked for by something that none can be.</summary>
    public static readonly Refusal NoSuchState = new("jobs.no_such_state", Kind.Invalid, "A job is waiting, running, done, dead or cancelled.");
}
