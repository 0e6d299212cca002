using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans;

/// <summary>Runs the stages of a lifecycle: ascending when it starts, descending when it stops.</summary>
/// <remarks>
/// Participants of one stage run at the same time. A failed start goes to the caller, who then stops what had started. A failed
/// stop is logged, and lower stages still stop.
/// </remarks>
public abstract partial class LifecycleSubject(ILogger logger) : ILifecycleSubject
{
    private readonly List<Subscription> _subscriptions = [];
    private int? _highestStarted;

    /// <summary>The logger of failures.</summary>
    protected ILogger Logger { get; } = logger;

    /// <inheritdoc/>
    public virtual IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(observerName);
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observerName, stage, observer);
        lock (_subscriptions)
        {
            if (_highestStarted is not null)
            {
                throw new InvalidOperationException($"'{observerName}' cannot join the lifecycle after it has started.");
            }

            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Starts all stages in ascending order.</summary>
    /// <exception cref="OrleansLifecycleCanceledException">The token fired between two stages.</exception>
    public virtual async Task OnStart(CancellationToken cancellationToken = default)
    {
        Subscription[] all;
        lock (_subscriptions)
        {
            if (_highestStarted is not null)
            {
                throw new InvalidOperationException("The lifecycle has already started.");
            }

            _highestStarted = int.MinValue;
            all = [.. _subscriptions];
        }

        foreach (var stage in all.GroupBy(s => s.Stage).OrderBy(g => g.Key))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OrleansLifecycleCanceledException($"The start was cancelled before stage {stage.Key}.");
            }

            _highestStarted = stage.Key;
            await Task.WhenAll(stage.Select(s => Start(s, cancellationToken)));
            OnStartStageCompleted(stage.Key);
        }
    }

    /// <summary>Stops every stage that began to start, in descending order. Failures are logged.</summary>
    public virtual async Task OnStop(CancellationToken cancellationToken = default)
    {
        Subscription[] all;
        int highest;
        lock (_subscriptions)
        {
            if (_highestStarted is not { } started)
            {
                return;
            }

            highest = started;
            all = [.. _subscriptions];
        }

        foreach (var stage in all.Where(s => s.Stage <= highest).GroupBy(s => s.Stage).OrderByDescending(g => g.Key))
        {
            await Task.WhenAll(stage.Select(s => Stop(s, cancellationToken)));
            OnStopStageCompleted(stage.Key);
        }
    }

    /// <summary>Runs after all participants of a stage have started.</summary>
    protected virtual void OnStartStageCompleted(int stage)
    {
    }

    /// <summary>Runs after all participants of a stage have stopped.</summary>
    protected virtual void OnStopStageCompleted(int stage)
    {
    }

    private async Task Start(Subscription subscription, CancellationToken token)
    {
        try
        {
            await subscription.Observer.OnStart(token);
        }
        catch (Exception exception)
        {
            LogStartFailed(Logger, exception, subscription.Name, subscription.Stage);
            throw;
        }
    }

    private async Task Stop(Subscription subscription, CancellationToken token)
    {
        try
        {
            await subscription.Observer.OnStop(token);
        }
        catch (Exception exception)
        {
            LogStopFailed(Logger, exception, subscription.Name, subscription.Stage);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Participant} failed to start at stage {Stage}.")]
    private static partial void LogStartFailed(ILogger logger, Exception exception, string participant, int stage);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Participant} failed to stop at stage {Stage}; the stop goes on.")]
    private static partial void LogStopFailed(ILogger logger, Exception exception, string participant, int stage);

    private sealed class Subscription(LifecycleSubject owner, string name, int stage, ILifecycleObserver observer) : IDisposable
    {
        public string Name => name;

        public int Stage => stage;

        public ILifecycleObserver Observer => observer;

        public void Dispose()
        {
            lock (owner._subscriptions)
            {
                owner._subscriptions.Remove(this);
            }
        }
    }
}
