using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <content>The gate: which request may start beside what is running.</content>
internal sealed partial class Activation
{
    private Request? _waiting;
    private Request? _lastWaiting;

    // The first admitted request that is not AlwaysInterleave. When it ends the place is empty, even if requests that were
    // admitted beside it still run: ReadOnly is no strict reader lock, and a request that interleaves blocks nothing.
    private Request? _blocking;
    private int _running;
    private int _waitingCount;
    private int _lastUsed;
    private int _busySince;

    // Something ended since the waiting list was last looked through.
    private bool _changed;

    // A request that may interleave waits; it can stand behind requests that cannot start.
    private bool _interleaverWaits;

    public void Arrive(Request request)
    {
        if (Drop(request)) return;
        if (!_class.Engine.Serves && !request.IsLocal)
        {
            Refuse(request, GrainEngine.NotServing());
            return;
        }

        switch (_state)
        {
            case ActivationState.Valid:
                if (MayStart(request, out var failure)) Start(request);
                else if (failure is not null) Refuse(request, failure);
                else Wait(request);
                break;
            case ActivationState.Invalid:
                _class.Engine.SendOn(request, this);
                break;
            case ActivationState.Created:
                Wait(request);
                Activate(request.Context);
                break;
            case ActivationState.Deactivating when request.IsLocal:
                Left(request);
                break;
            default:
                Wait(request);
                break;
        }
    }

    public void Finished(Request request)
    {
        if (Ended(request)) _lastUsed = _class.Engine.Ages.Now;
    }

    public void Cancelled(Request request)
    {
        if (!ReferenceEquals(request.Queue, this)) return;
        if (request.IsStarted)
        {
            request.CancelCallee();
            return;
        }

        Request? before = null;
        for (var waiting = _waiting; waiting is not null; before = waiting, waiting = (Request?)waiting.Next)
        {
            if (!ReferenceEquals(waiting, request)) continue;
            Unlink(before, request);
            request.SettleCancelled();
            Left(request);
            return;
        }
    }

    public void Failed(Request request, Exception exception)
    {
        if (exception is InconsistentStateException { IsSourceActivation: true } conflict)
        {
            // Only the activation whose write was refused holds stale state; callers that pass the exception on do not.
            conflict.IsSourceActivation = false;
            BeginDeactivation(
                new DeactivationReason(DeactivationReasonCode.ApplicationError, exception, "Its state is not what storage holds."), default);
        }

        if (request.IsOneWay) EngineLog.OneWayFailed(_class.Engine.Log, exception, request.ToString());
    }

    /// <summary>Opens a section that lets calls of a chain come back while this activation waits for them.</summary>
    internal void EnterSection(Guid id)
    {
        Extras.EnterSection(id);
        _changed = true;
    }

    /// <summary>Closes a section.</summary>
    internal void LeaveSection(Guid id) => _extras?.LeaveSection(id);

    /// <summary>Whether something used the activation within that time. From any thread; what it reads may be a moment old.</summary>
    internal bool WasUsedWithin(int now, int age) => _running > 0 || now - Volatile.Read(ref _lastUsed) <= age;

    /// <summary>What a request does here, for people. From any thread; what it says may be a moment old.</summary>
    internal string StatusOf(Request request) =>
        request.IsStarted ? "is running"
        : _state is ActivationState.Created or ActivationState.Activating ? "waits for the activation of its grain"
        : _state is ActivationState.Deactivating ? "waits for the end of an activation"
        : $"waits in a queue of {_waitingCount} behind {_blocking?.ToString() ?? "nothing"}";

    /// <summary>How long nothing has used this activation, in units of <see cref="CallClock"/>; -1 while it is in use.</summary>
    private int IdleFor(int now) => _running > 0 || _waiting is not null ? -1 : now - _lastUsed;

    private void Start(Request request)
    {
        var now = _class.Engine.Ages.Now;
        if (_running++ == 0) _busySince = now;
        if (!request.IsLocal) _lastUsed = now;
        if (_blocking is null && !request.IsAlwaysInterleave) _blocking = request;
        request.MarkStarted();
        if (request.Context is { } context) RequestContext.Import(context);
        var target = request.IsExtension ? ExtensionFor(request) : _instance;
        var ended = target is null
            || (_class.HasFilters
                ? request.StartFiltered(IncomingCallContext.Run(request, target, this, _class.Engine.IncomingFilters))
                : request.Start(target));
        if (!ended) return;
        request.MarkEnded();
        if (Ended(request) && request.IsLocal) _lastUsed = now;
    }

    // True when the request counts as use of the activation.
    private bool Ended(Request request)
    {
        _running--;
        if (ReferenceEquals(_blocking, request)) _blocking = null;
        _changed = true;
        Left(request);
        return request.OnEnded();
    }

    private bool MayStart(Request request, out Exception? failure)
    {
        failure = null;
        if (_running == 0 || request.IsAlwaysInterleave) return true;
        var blocking = _blocking;
        if (blocking is null || (blocking.IsReadOnly && request.IsReadOnly)) return true;
        if (request.Context is { } context && context.ReentrancyId != Guid.Empty
            && _extras is { } extras && extras.HasSection(context.ReentrancyId)) return true;
        if (_class.IsReentrant) return true;
        if (_class.MayInterleave is not { } predicate) return false;
        try
        {
            return predicate(_instance!, request) || predicate(_instance!, blocking);
        }
        catch (Exception exception)
        {
            failure = exception;
            return false;
        }
    }

    // Starts at most one waiting request, so that a drain can look at the clock in between. True when it did something.
    private bool Advance()
    {
        if (_state == ActivationState.Deactivating && _running == 0 && !_inOperation)
        {
            Deactivate();
            return true;
        }

        if (!_changed || _state != ActivationState.Valid) return false;
        Request? before = null;
        for (var request = _waiting; request is not null;)
        {
            var next = (Request?)request.Next;
            if (Drop(request))
            {
                Unlink(before, request);
            }
            else if (MayStart(request, out var failure))
            {
                Unlink(before, request);
                Start(request);
                RestoreFlow();
                return true;
            }
            else if (failure is not null)
            {
                Unlink(before, request);
                Refuse(request, failure);
            }
            else
            {
                if (!MayOvertake()) break;
                before = request;
            }

            request = next;
        }

        _changed = false;
        return false;
    }

    // Whether a request could start although the one before it cannot. When none can, the list need not be walked: a long
    // queue on a busy grain would cost its length at every step.
    private bool MayOvertake() =>
        _interleaverWaits || _blocking is { IsReadOnly: true } || _class.MayInterleave is not null || _extras is { HasSections: true };

    private bool Drop(Request request)
    {
        if (request.IsCancelRequested)
        {
            request.SettleCancelled();
        }
        else if (!request.IsSettled || (!request.IsCancelRequested && !_class.Engine.DropExpiredMessages))
        {
            return false;
        }
        else
        {
            Instruments.RequestsExpired.Add(1);
        }

        Left(request);
        return true;
    }

    private void Refuse(Request request, Exception exception)
    {
        request.Settle(exception);
        Left(request);
    }

    private void Wait(Request request)
    {
        if (_class.QueueLimit > 0 && _waitingCount >= _class.QueueLimit && !request.IsLocal)
        {
            Refuse(request, new LimitExceededException("MaxEnqueuedRequestsHardLimit", _waitingCount, _class.QueueLimit, GrainId));
            return;
        }

        if (_class.QueueWarning > 0 && _waitingCount == _class.QueueWarning)
            EngineLog.QueueIsLong(_class.Engine.Log, GrainId, _waitingCount);
        request.Next = null;
        if (_lastWaiting is null) _waiting = request;
        else _lastWaiting.Next = request;
        _lastWaiting = request;
        _waitingCount++;
        _interleaverWaits |= request.IsAlwaysInterleave;
    }

    private void Unlink(Request? before, Request request)
    {
        if (before is null) _waiting = (Request?)request.Next;
        else before.Next = request.Next;
        if (ReferenceEquals(_lastWaiting, request)) _lastWaiting = before;
        request.Next = null;
        _waitingCount--;
        if (_waiting is null) _interleaverWaits = false;
    }

    private Request? TakeWaiting()
    {
        var first = _waiting;
        if (first is not null) Unlink(null, first);
        return first;
    }

    // The request is no longer on this activation. Only a pool of workers counts them.
    private void Left(Request request)
    {
        if (_class.Workers is not null && !request.IsLocal) Interlocked.Decrement(ref Extras.Load);
    }
}
