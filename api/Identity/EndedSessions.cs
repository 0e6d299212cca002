using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Identity;

/// <summary>Asks which sessions have ended, at once when there are news of one and from time to time without, and keeps them while their access tokens live.</summary>
/// <remarks>Invariants: 1. A session stays in the set until no access token of it can be valid. 2. Subscribers hear of each session once. 3. Nobody is let in before the first answer.
/// 4. A session that ended is known within a second, whether or not its news come.</remarks>
internal sealed partial class EndedSessions : BackgroundService, IEndedSessions
{
    /// <summary>No access token lives longer than the options of the silo can say.</summary>
    private static readonly TimeSpan s_tokensMax = TimeSpan.FromMinutes(62);

    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_loadMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SessionId, DateTimeOffset> _ended = [];
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IGrainFactory _grains;
    private readonly RepairPace _pace;
    private readonly TimeProvider _clock;
    private readonly ILogger<EndedSessions> _log;
    private readonly Bell _news;
    private ImmutableList<Action<SessionId>> _subscribers = [];

    /// <summary>Listens for news of sessions.</summary>
    public EndedSessions(IGrainFactory grains, NodeNews news, RepairPace pace, TimeProvider clock, ILogger<EndedSessions> log)
    {
        (_grains, _pace, _clock, _log, _news) = (grains, pace, clock, log, new Bell(clock));
        news.Subscribe(NewsTopic.Sessions, _news.Ring);
    }

    /// <inheritdoc/>
    public bool Contains(SessionId session) => _ended.ContainsKey(session);

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<SessionId> ended)
    {
        ImmutableInterlocked.Update(ref _subscribers, list => list.Add(ended));
        return new Subscription(this, ended);
    }

    /// <summary>Notes at once a session that ended through this node; the others hear of it by the news.</summary>
    public void Mark(SessionId session) => Mark(session, _clock.GetUtcNow() + s_tokensMax);

    /// <summary>Completes once it is known which sessions had ended before this node started.</summary>
    /// <exception cref="TimeoutException">The cluster does not say.</exception>
    public ValueTask Loaded(CancellationToken cancellation) =>
        _loaded.Task.IsCompletedSuccessfully ? default : new(_loaded.Task.WaitAsync(s_loadMax, _clock, cancellation));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (horizon, sweptAt, failing) = (0UL, _clock.GetTimestamp(), false);
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

            if (_clock.GetElapsedTime(sweptAt) < s_sweepPeriod) continue;
            sweptAt = _clock.GetTimestamp();
            Sweep(_clock.GetUtcNow());
        }
        while (await Next(stoppingToken));
    }

    private async ValueTask<bool> Next(CancellationToken stopping)
    {
        try
        {
            await _news.Wait(_pace.Period, stopping);
            return true;
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
            var page = await _grains.GetGrain<IEndedSessionsGrain>(0).Since(horizon);
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

/// <summary>How often a node asks for what it may not have been told.</summary>
/// <param name="Period">With the time of one question and answer well within the second in which every node refuses an ended session.</param>
internal sealed record RepairPace(TimeSpan Period)
{
    /// <summary>The pace of every node.</summary>
    public static RepairPace Usual { get; } = new(TimeSpan.FromMilliseconds(600));
}
