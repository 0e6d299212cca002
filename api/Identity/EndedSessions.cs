using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Identity;

/// <summary>Asks several times a second which sessions have ended, and keeps them while their access tokens live.</summary>
/// <remarks>Invariants: 1. A session stays in the set until no access token of it can be valid. 2. Subscribers hear of each session once. 3. Nobody is let in before the first answer.</remarks>
internal sealed partial class EndedSessions(IGrainFactory grains, TimeProvider clock, ILogger<EndedSessions> log) : BackgroundService, IEndedSessions
{
    /// <summary>With the time of one question and answer, well within the second in which every node refuses an ended session.</summary>
    private static readonly TimeSpan s_pollPeriod = TimeSpan.FromMilliseconds(400);

    /// <summary>No access token lives longer than the options of the silo can say.</summary>
    private static readonly TimeSpan s_tokensMax = TimeSpan.FromMinutes(62);

    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_loadMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SessionId, DateTimeOffset> _ended = [];
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableList<Action<SessionId>> _subscribers = [];

    /// <inheritdoc/>
    public bool Contains(SessionId session) => _ended.ContainsKey(session);

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<SessionId> ended)
    {
        ImmutableInterlocked.Update(ref _subscribers, list => list.Add(ended));
        return new Subscription(this, ended);
    }

    /// <summary>Notes at once a session that ended through this node; the others hear of it with their next question.</summary>
    public void Mark(SessionId session) => Mark(session, clock.GetUtcNow() + s_tokensMax);

    /// <summary>Completes once it is known which sessions had ended before this node started.</summary>
    /// <exception cref="TimeoutException">The cluster does not say.</exception>
    public ValueTask Loaded(CancellationToken cancellation) =>
        _loaded.Task.IsCompletedSuccessfully ? default : new(_loaded.Task.WaitAsync(s_loadMax, clock, cancellation));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_pollPeriod, clock);
        var (horizon, sweptAt, failing) = (0UL, clock.GetTimestamp(), false);
        do
        {
            try
            {
                horizon = await ReadFrom(horizon);
                _loaded.TrySetResult();
                failing = false;
            }
            catch (Exception fault)
            {
                // Once per outage: the question is asked again in a moment, from the same horizon.
                if (!failing && !stoppingToken.IsCancellationRequested) LogFailing(fault);
                failing = true;
            }

            if (clock.GetElapsedTime(sweptAt) < s_sweepPeriod) continue;
            sweptAt = clock.GetTimestamp();
            Sweep(clock.GetUtcNow());
        }
        while (await NextTick(timer, stoppingToken));
    }

    private static async ValueTask<bool> NextTick(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<ulong> ReadFrom(ulong horizon)
    {
        while (true)
        {
            var page = await grains.GetGrain<IEndedSessionsGrain>(0).Since(horizon);
            foreach (var ended in page.Sessions) Mark(ended.Session, ended.TokensUntil);
            horizon = page.Horizon;
            if (!page.More) return horizon;
        }
    }

    private void Mark(SessionId session, DateTimeOffset tokensUntil)
    {
        if (!_ended.TryAdd(session, tokensUntil)) return;
        foreach (var subscriber in _subscribers)
        {
            try
            {
                subscriber(session);
            }
            catch (Exception fault)
            {
                LogSubscriber(fault);
            }
        }
    }

    private void Sweep(DateTimeOffset now)
    {
        foreach (var (session, tokensUntil) in _ended)
            if (tokensUntil < now)
                _ended.TryRemove(session, out _);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot ask which sessions have ended; asking again until there is an answer")]
    private partial void LogFailing(Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber failed to take an ended session")]
    private partial void LogSubscriber(Exception fault);

    private sealed class Subscription(EndedSessions owner, Action<SessionId> ended) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref owner._subscribers, list => list.Remove(ended));
    }
}
