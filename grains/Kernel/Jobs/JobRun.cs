namespace OrleansSocial.Kernel;

/// <summary>A job that this silo has taken.</summary>
/// <param name="Id">Names the job: the same in every attempt.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Which one of its kind.</param>
/// <param name="Data">Its record as JSON; null where it recurs.</param>
/// <param name="RunAt">When it was to run.</param>
/// <param name="Attempt">Which attempt this is, from 1.</param>
internal sealed record ClaimedJob(Guid Id, string Kind, string Key, string? Data, DateTimeOffset RunAt, int Attempt);

/// <summary>One attempt at a job, as what runs it sees it.</summary>
/// <remarks>
/// What is added to <see cref="Effects"/> is stored in one transaction with the end of the job, and only while the job is this silo's: it
/// happens exactly once. What is done elsewhere may happen again, after a kill, and is to be bound to <see cref="Id"/>, which every attempt shares.
/// </remarks>
internal sealed class JobRun(ClaimedJob claimed, IPersonalEvents? people, TimeProvider clock, CancellationToken cancelled)
{
    private static readonly TimeSpan s_tellPause = TimeSpan.FromMilliseconds(250);

    private UserId? _waits;
    private long _toldAt;

    /// <summary>Names the job: the same in every attempt, and towards others what makes a repetition known.</summary>
    public Guid Id => claimed.Id;

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt => claimed.Attempt;

    /// <summary>The job is to stop: it was cancelled, takes too long, or its silo is about to end.</summary>
    public CancellationToken Cancelled => cancelled;

    /// <summary>What is to be stored with its end.</summary>
    public Effects Effects { get; } = new();

    /// <summary>What was taken.</summary>
    internal ClaimedJob Claimed => claimed;

    /// <summary>Tells whoever waits for the job how far it is, four times a second at most. Never stored.</summary>
    /// <param name="done">How much is done.</param>
    /// <param name="total">Of how much; the end is told in any case.</param>
    public void Progress(long done, long total)
    {
        if (_waits is not { } person || people is null) return;
        if (_toldAt != 0 && done < total && clock.GetElapsedTime(_toldAt) < s_tellPause) return;
        _toldAt = clock.GetTimestamp();
        people.Tell(person, JobLive.Progress.Of(new(claimed.Kind, claimed.Key, done, total)));
    }

    /// <summary>Names who waits for it.</summary>
    internal void TellTo(UserId? person) => _waits = person;
}
