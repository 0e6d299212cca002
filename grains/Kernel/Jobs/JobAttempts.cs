using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>Makes attempts at jobs: each to its end, which is stored with its effects.</summary>
internal sealed partial class JobAttempts(
    IServiceProvider services, JobStore store, GroupCommit writer, WriteFence fence, LogPace pace, IOptions<JobOptions> options, TimeProvider clock, ILogger<JobAttempts> log,
    IPersonalEvents? people = null)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Makes one.</summary>
    /// <param name="kind">What runs it.</param>
    /// <param name="claimed">The job.</param>
    /// <param name="isCancelled">Whether it was cancelled.</param>
    /// <param name="stop">Tells it to stop, whatever for.</param>
    /// <param name="working">Ends with the silo.</param>
    public async Task Make(JobKind kind, ClaimedJob claimed, Func<bool> isCancelled, CancellationTokenSource stop, CancellationToken working)
    {
        var since = clock.GetTimestamp();
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(options.Value.RunMinutesMax), clock);
        using var late = enough.Token.Register(stop.Cancel);
        var run = new JobRun(claimed, people, clock, stop.Token);
        EndedJob end;
        try
        {
            await kind.Run(services, run);
            end = Done(kind, claimed);
        }
        catch (OperationCanceledException) when (isCancelled())
        {
            end = new(claimed, fence.Id, JobStates.Cancelled, claimed.Attempt, Error: "It was cancelled.");
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            end = new(claimed, fence.Id, JobStates.Waiting, claimed.Attempt - 1);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            end = Failed(kind, claimed, $"It took more than {options.Value.RunMinutesMax} minutes.");
        }
        catch (Exception fault)
        {
            end = Failed(kind, claimed, TextRules.Describe(fault));
        }

        end = await Store(kind, end, end.IsDone ? run.Effects : new(), working);
        JobMetrics.Ended(kind.Name, end, clock.GetElapsedTime(since));
    }

    /// <summary>Stores how it ended, with its effects; again while PostgreSQL is away. What cannot be stored has failed.</summary>
    private async Task<EndedJob> Store(JobKind kind, EndedJob end, Effects effects, CancellationToken working)
    {
        using var pause = new PeriodicTimer(s_pause, clock);
        while (true)
        {
            var all = new Effects();
            all.Add(effects);
            all.Add(JobStore.Ended, end);
            if (await writer.TryStore(all)) return end;
            try
            {
                if (!await store.IsMine(end.Of, CancellationToken.None)) return end;
                if (effects.Count > 0)
                {
                    (end, effects) = (Failed(kind, end.Of, "PostgreSQL refused what the job wants stored, or was cut off."), new());
                    continue;
                }
            }
            catch (DatabaseUnavailableException)
            {
                // It is asked again in a moment.
            }

            // Where the silo ends too, its fence does: the job runs again elsewhere.
            if (working.IsCancellationRequested) return end;
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private EndedJob Done(JobKind kind, ClaimedJob claimed) => NextTime(kind, claimed) is { } next
        ? new(claimed, fence.Id, JobStates.Waiting, 0, RunAt: next)
        : new(claimed, fence.Id, JobStates.Done, claimed.Attempt);

    private EndedJob Failed(JobKind kind, ClaimedJob claimed, string error)
    {
        if (claimed.Attempt < options.Value.AttemptsMax)
        {
            if (pace.Allows(kind.Name)) LogTriedAgain(claimed.Kind, claimed.Key, claimed.Attempt, error);
            return new(claimed, fence.Id, JobStates.Waiting, claimed.Attempt, Pause: JobRules.Pause(claimed.Attempt, options.Value, Random.Shared.NextDouble()), Error: error);
        }

        LogDead(claimed.Kind, claimed.Key, claimed.Attempt, error);
        return NextTime(kind, claimed) is { } next
            ? new(claimed, fence.Id, JobStates.Waiting, 0, RunAt: next, Error: error)
            : new(claimed, fence.Id, JobStates.Dead, claimed.Attempt, Error: error);
    }

    // Not before the time that has just come, by whichever clock it came: a silo whose clock is slow does not run it twice.
    private DateTimeOffset? NextTime(JobKind kind, ClaimedJob claimed) => kind.NextAfter(claimed.RunAt > clock.GetUtcNow() ? claimed.RunAt : clock.GetUtcNow());

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job {Kind} {Key} has failed in attempt {Attempt}; trying again: {Reason}")]
    private partial void LogTriedAgain(string kind, string key, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The job {Kind} {Key} has failed in {Attempts} attempts and is given up until an operator runs it: {Reason}")]
    private partial void LogDead(string kind, string key, int attempts, string reason);
}
