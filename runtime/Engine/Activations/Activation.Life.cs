using System.Diagnostics;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>Activation and deactivation. Both are operations: no request runs beside them.</content>
internal sealed partial class Activation
{
    private volatile ActivationState _state;
    private bool _inOperation;
    private bool _wasValid;
    private bool _wasDismissed;

    internal bool InOperation => _inOperation;

    /// <summary>Whether the activation ever served requests.</summary>
    internal bool WasValid => _wasValid;

    /// <summary>Whether the activation ended before its constructor ran, because its grain belongs elsewhere.</summary>
    internal bool WasDismissed => _wasDismissed;

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (ReferenceEquals(RuntimeContext.Current, this)) BeginDeactivation(deactivationReason, cancellationToken);
        else Post(new ActionItem(activation => activation.BeginDeactivation(deactivationReason, cancellationToken)));
    }

    /// <summary>Ends the activation if nothing has used it for that long and nothing keeps it. On its turn.</summary>
    internal void CollectIfIdle(int now, int age)
    {
        if (_state != ActivationState.Valid || IdleFor(now) is var idle && (idle < 0 || idle < age)) return;
        if (_extras is { } extras && extras.KeepAliveUntil > now) return;
        BeginDeactivation(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "It was not used."), default);
    }

    /// <summary>Whether nothing has used the activation for that long. From any thread; what it reads may be a moment old.</summary>
    internal bool IsUnusedFor(int now, int age) => _state == ActivationState.Valid && now - Volatile.Read(ref _lastUsed) >= age;

    /// <summary>
    /// Ends the activation if it was not used for that long. From any thread; what it reads may be a moment old. Null when it was
    /// used; otherwise completes when it has ended, or has turned out to be in use.
    /// </summary>
    internal Task? OfferCollection(int now, int age)
    {
        // Whether a request runs is for the activation's own turn to tell: one that was just answered may still be counted here.
        if (!IsUnusedFor(now, age)) return null;
        var looked = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new ActionItem(activation =>
        {
            activation.CollectIfIdle(now, age);
            looked.SetResult(activation.State >= ActivationState.Deactivating ? activation.Deactivated : Task.CompletedTask);
        }));
        return looked.Task.Unwrap();
    }

    /// <summary>Abandons the activation if one request has blocked it for that long.</summary>
    internal void OfferAbandonment(int now, int limit)
    {
        if (_state == ActivationState.Valid && _running > 0 && now - _busySince >= limit)
            Post(new ActionItem(activation => activation.AbandonIfStuck(now, limit)));
    }

    internal void DelayDeactivation(TimeSpan time)
    {
        if (time == TimeSpan.MaxValue || time == Timeout.InfiniteTimeSpan) Extras.KeepAliveUntil = int.MaxValue;
        else if (time <= TimeSpan.Zero) Extras.KeepAliveUntil = 0;
        else
        {
            var until = _class.Engine.Ages.ReadNow() + Math.Ceiling(time.TotalMilliseconds / CallClock.UnitMilliseconds);
            Extras.KeepAliveUntil = until >= int.MaxValue ? int.MaxValue : (int)until;
        }
    }

    // Runs within the turn of the request that caused it, with that request's context.
    private void Activate(RequestContextData? context)
    {
        if (!_class.Engine.MayActivate(_class, GrainId))
        {
            Dismiss();
            while (TakeWaiting() is { } request) _class.Engine.Route(request);
            return;
        }

        _state = ActivationState.Activating;
        _inOperation = true;
        Instruments.ActivationsCreated.Add(1);
        try
        {
            if (context is not null) RequestContext.Import(context);
            _instance = _class.Create(this);
            if (_class.HasActivationWork || _extras?.LifecycleOrNull is not null)
            {
                _ = ActivateAsync();
                return;
            }
        }
        catch (Exception exception)
        {
            _ = FailAsync(exception);
            return;
        }

        Activated();
    }

    private async Task ActivateAsync()
    {
        try
        {
            using var cancellation = new CancellationTokenSource(_class.Engine.Collection.ActivationTimeout, _class.Engine.Time);
            Extras.Activating = cancellation;
            try
            {
                var token = cancellation.Token;
                (_instance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(ObservableLifecycle);
                if (Extras.LifecycleOrNull is { } lifecycle) await Within(lifecycle.OnStart(token), token);
                if (_class.HasActivateHook) await Within(((IGrainBase)_instance!).OnActivateAsync(token), token);
            }
            finally
            {
                Extras.Activating = null;
            }
        }
        catch (Exception exception)
        {
            await FailAsync(exception);
            return;
        }

        Activated();
    }

    private void Activated()
    {
        _inOperation = false;
        _changed = true;
        // Something may have asked for deactivation meanwhile.
        if (_state == ActivationState.Activating)
        {
            _state = ActivationState.Valid;
            _wasValid = true;
            _lastUsed = _class.Engine.Ages.Now;
        }
    }

    // Waiting requests get the exception itself; the next call starts from scratch.
    private async Task FailAsync(Exception exception)
    {
        var quiet = _state == ActivationState.Deactivating && exception is OperationCanceledException or ObjectDisposedException;
        if (!quiet)
        {
            Instruments.ActivationsFailed.Add(1);
            EngineLog.ActivationFailed(_class.Engine.Log, exception, GrainId);
        }

        Extras.Reason = new DeactivationReason(
            quiet ? DeactivationReasonCode.RuntimeRequested : DeactivationReasonCode.ActivationFailed, exception, "It could not be activated.");
        _class.Unregister(this);
        _state = ActivationState.Invalid;
        while (TakeWaiting() is { } request) Reject(request);

        // What has arrived and was not looked at yet met this activation as well: it does not start another one that fails.
        foreach (var request in TakePosted()) Reject(request);

        await EndAsync(default);

        void Reject(Request request)
        {
            if (quiet) _class.Engine.SendOn(request, this);
            else Refuse(request, exception);
        }
    }

    private void BeginDeactivation(DeactivationReason reason, CancellationToken cancellationToken)
    {
        switch (_state)
        {
            case ActivationState.Created:
                Dismiss();
                break;
            case ActivationState.Activating or ActivationState.Valid:
                var extras = Extras;
                extras.Reason = reason;
                extras.DeactivationToken = cancellationToken;
                _state = ActivationState.Deactivating;
                extras.Activating?.Cancel();
                extras.RequestEnd();
                Instruments.Ended(reason.ReasonCode);
                break;
            default:
                break;
        }
    }

    // Nothing was made yet, so nothing has to be ended.
    private void Dismiss()
    {
        _wasDismissed = true;
        _class.Unregister(this);
        _state = ActivationState.Invalid;
        _extras?.End();
    }

    private void Deactivate()
    {
        _inOperation = true;
        _ = DeactivateAsync();
    }

    private async Task DeactivateAsync()
    {
        var extras = Extras;
        extras.DisposeTimers();
        if ((_wasValid && _class.HasDeactivateHook) || extras.LifecycleOrNull is not null) await RunHooksAsync(extras);
        _class.Unregister(this);
        _state = ActivationState.Invalid;
        while (TakeWaiting() is { } request) _class.Engine.SendOn(request, this);
        await EndAsync(extras.DeactivationToken);
    }

    private async Task RunHooksAsync(ActivationExtras extras)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(extras.DeactivationToken);
        using var timeout = _class.Engine.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            cancellation,
            _class.Engine.Collection.DeactivationTimeout,
            Timeout.InfiniteTimeSpan);
        var token = cancellation.Token;
        if (_wasValid && _class.HasDeactivateHook && !token.IsCancellationRequested)
        {
            try
            {
                await Within(((IGrainBase)_instance!).OnDeactivateAsync(extras.Reason, token), token);
            }
            catch (Exception exception)
            {
                EngineLog.DeactivationFailed(_class.Engine.Log, exception, GrainId);
            }
        }

        if (extras.LifecycleOrNull is { } lifecycle) await StopAsync(lifecycle, token);
    }

    // The activation is no longer found by then, and holds no requests.
    private async Task EndAsync(CancellationToken token)
    {
        var extras = Extras;
        extras.DisposeTimers();
        if (!_wasValid && extras.LifecycleOrNull is { } lifecycle && extras.Reason.ReasonCode == DeactivationReasonCode.ActivationFailed)
            await StopAsync(lifecycle, token);
        try
        {
            var instance = _instance;
            _instance = null;
            if (instance is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else if (instance is IDisposable disposable) disposable.Dispose();
            if (extras.TakeScope() is { } scope) await scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            EngineLog.DisposeFailed(_class.Engine.Log, exception, GrainId);
        }

        _inOperation = false;
        Instruments.ActivationsDestroyed.Add(1);
        extras.End();
    }

    private async Task StopAsync(GrainLifecycle lifecycle, CancellationToken token)
    {
        try
        {
            await Within(lifecycle.OnStop(token), token);
        }
        catch (Exception exception)
        {
            EngineLog.DeactivationFailed(_class.Engine.Log, exception, GrainId);
        }
    }

    private void AbandonIfStuck(int now, int limit)
    {
        if (_state != ActivationState.Valid || _running == 0 || now - _busySince < limit) return;
        Instruments.Ended(DeactivationReasonCode.ActivationUnresponsive);
        EngineLog.Abandoned(_class.Engine.Log, GrainId, _blocking?.ToString() ?? "interleaving requests");
        Extras.Reason = new DeactivationReason(DeactivationReasonCode.ActivationUnresponsive, "A request has blocked it for too long.");
        Extras.DisposeTimers();
        _class.Unregister(this);
        _state = ActivationState.Invalid;
        while (TakeWaiting() is { } request) _class.Engine.SendOn(request, this);
        Extras.End();
    }

    // Stops waiting when the token fires, even if the work goes on.
    private static Task Within(Task work, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (work.IsCompleted) return work;
        Debug.Assert(token.CanBeCanceled, "Operations of an activation are bounded in time.");
        return work.WaitAsync(token);
    }
}
