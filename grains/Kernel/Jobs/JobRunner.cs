using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>Takes jobs for this silo and runs them, those of each queue with workers of their own, until the silo stops.</summary>
/// <remarks>
/// A silo that stops takes nothing more, waits for what it runs, and gives back what does not end in time. One that is killed leaves its
/// jobs to whoever finds that its fence is gone.
/// </remarks>
internal sealed partial class JobRunner(
    JobKinds kinds, JobStore store, JobAttempts attempts, GroupCommit writer, JobMetrics metrics, IOptions<JobOptions> options, TimeProvider clock, ILogger<JobRunner> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan s_giveUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_countPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, Running> _running = [];
    private readonly SemaphoreSlim _bell = new(0, 1);
    private readonly CancellationTokenSource _taking = new();
    private readonly CancellationTokenSource _working = new();
    private Task _loop = Task.CompletedTask;
    private long? _countedAt;
    private bool _failing;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(JobRunner), ServiceLifecycleStage.Active, Start, Stop);

    /// <inheritdoc/>
    public void Dispose()
    {
        _taking.Dispose();
        _working.Dispose();
        _bell.Dispose();
    }

    private async Task Start(CancellationToken cancellation)
    {
        await store.Declare([.. kinds.All], clock.GetUtcNow(), cancellation);
        writer.JobsStored += Ring;
        _loop = Task.Run(Take, CancellationToken.None);
    }

    private async Task Stop(CancellationToken cancellation)
    {
        writer.JobsStored -= Ring;
        await _taking.CancelAsync();
        await _loop;
        if (!await Ended(TimeSpan.FromSeconds(options.Value.DrainSecondsMax)))
        {
            await _working.CancelAsync();
            await Ended(s_giveUp);
        }

        await _working.CancelAsync();
        if (!_running.IsEmpty) await GiveBack(cancellation);
    }

    private async Task Take()
    {
        var poll = TimeSpan.FromMilliseconds(options.Value.PollMilliseconds);
        while (!_taking.IsCancellationRequested)
        {
            try
            {
                await Count();
                var look = await store.Look(kinds, _taking.Token);
                await Attend(look.Mine);
                var free = kinds.Queues.Select(queue => (queue, Free: options.Value.WorkersOf(queue) - _running.Values.Count(one => one.Queue == queue))).Where(one => one.Free > 0).ToList();
                if (look.Ready && free.Count > 0)
                    foreach (var claimed in await store.Claim(kinds, free, options.Value.AttemptsMax, _taking.Token)) Begin(claimed);
                _failing = false;
            }
            catch (Exception fault) when (!_taking.IsCancellationRequested)
            {
                // Once an outage: it is looked again in a moment.
                if (!_failing) LogFailing(fault.GetBaseException().Message);
                _failing = true;
            }
            catch (Exception)
            {
                // The silo stops.
                return;
            }

            await ((Task)_bell.WaitAsync(poll, _taking.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells those to stop that are to, and gives back what was taken without this silo's hearing of it, when a connection was cut.</summary>
    private async Task Attend(IReadOnlyList<TakenJob> mine)
    {
        foreach (var one in mine.Where(one => one.Cancelling)) _running.GetValueOrDefault(one.Id)?.Cancel();
        if (mine.Where(one => !_running.ContainsKey(one.Id)).ToList() is { Count: > 0 } unheard) await store.GiveBack(unheard, _taking.Token);
    }

    private async Task Count()
    {
        if (_countedAt is { } counted && clock.GetElapsedTime(counted) < s_countPause) return;
        metrics.Count(await store.Count(_taking.Token));
        _countedAt = clock.GetTimestamp();
    }

    private void Begin(ClaimedJob claimed)
    {
        var kind = kinds[claimed.Kind];
        var running = new Running(kind.Queue, claimed.Attempt, CancellationTokenSource.CreateLinkedTokenSource(_working.Token));
        _running[claimed.Id] = running;
        metrics.Begun(kind.Queue);
        running.Work = Task.Run(async () =>
        {
            using (running.Stop)
            {
                try
                {
                    await attempts.Make(kind, claimed, () => running.IsCancelled, running.Stop, _working.Token);
                }
                finally
                {
                    _running.TryRemove(claimed.Id, out _);
                    metrics.Over(kind.Queue);
                    Ring();
                }
            }
        });
    }

    private void Ring()
    {
        try
        {
            if (_bell.CurrentCount == 0) _bell.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else has rung it.
        }
    }

    private async Task<bool> Ended(TimeSpan patience)
    {
        using var enough = new CancellationTokenSource(patience, clock);
        try
        {
            await Task.WhenAll(_running.Values.Select(one => one.Work)).WaitAsync(enough.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task GiveBack(CancellationToken cancellation)
    {
        try
        {
            LogGivenBack(await store.GiveBack([.. _running.Select(one => one.Value.AsTaken(one.Key))], cancellation));
        }
        catch (DatabaseUnavailableException)
        {
            // Whoever finds the fence of this process gone takes them.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Jobs cannot be taken now; trying again: {Reason}")]
    private partial void LogFailing(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This silo stops and has given {Count} jobs back that it could not end in time")]
    private partial void LogGivenBack(int count);

    /// <summary>A job that runs here.</summary>
    private sealed class Running(string queue, int attempt, CancellationTokenSource stop)
    {
        private volatile bool _cancelled;

        public string Queue => queue;

        public CancellationTokenSource Stop => stop;

        public bool IsCancelled => _cancelled;

        public Task Work { get; set; } = Task.CompletedTask;

        public TakenJob AsTaken(Guid id) => new(id, attempt, _cancelled);

        /// <summary>Tells it to stop for good.</summary>
        public void Cancel()
        {
            _cancelled = true;
            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }
    }
}
