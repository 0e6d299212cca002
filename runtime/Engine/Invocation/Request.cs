using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>
/// One call. The request is at once the item in the callee's mailbox, the invokable that filters see, and the place where the
/// callee's unfinished task waits: a call allocates little else. Its promise may be settled by an answer, a timeout or a
/// cancellation; the first one wins, and an answer that comes later is dropped.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Request : WorkItem, IInvokable
{
    private CallSlots? _slots;
    private object? _pending;
    private CallCancellation? _cancellation;

    // The activation that made the call, or the InboundCall of one that came from another process. One field serves both.
    private object? _source;
    private int _slot;
    private RequestState _state;

    /// <summary>The reference the call was made through.</summary>
    internal GrainReference Reference { get; private set; } = null!;

    /// <summary>The activation of this process that made the call; null for a client and for another process.</summary>
    internal IGrainContext? Source => _source as IGrainContext;

    /// <summary>Where the outcome goes of a call that came from another process; null for calls made here.</summary>
    internal InboundCall? Inbound => _source as InboundCall;

    /// <summary>Who made the call.</summary>
    internal GrainId SourceId => _source switch
    {
        IGrainContext context => context.GrainId,
        InboundCall call => call.Source,
        _ => Reference.Shared.Router.ClientId,
    };

    /// <summary>What the caller's request context held.</summary>
    internal RequestContextData? Context { get; private set; }

    /// <summary>Where the request waits or runs.</summary>
    internal IWorkQueue? Queue { get; set; }

    /// <summary>The time of <see cref="CallClock"/> at which the caller gives up; zero before the clock has seen the call.</summary>
    internal int Deadline { get; set; }

    /// <summary>How often the request was sent on from an activation that had ended.</summary>
    internal int Forwards { get; set; }

    /// <summary>How often the request was sent anew because the view of the cluster had changed under way.</summary>
    internal int Moves { get; set; }

    /// <summary>Whether another process sent the request and is to send it anew if its target is not here.</summary>
    internal bool IsFromElsewhere => Inbound is { IsRelay: false };

    internal InvokeOptions Options { get; private set; }

    internal GrainMethod MethodOf => Method;

    internal TimeSpan? ResponseTimeout => Method.ResponseTimeout;

    internal bool IsOneWay => (Options & InvokeOptions.OneWay) != 0;

    internal bool IsReadOnly => (Options & InvokeOptions.ReadOnly) != 0;

    internal bool IsAlwaysInterleave => (Options & InvokeOptions.AlwaysInterleave) != 0;

    internal bool IsExtension => (Options & InvokeOptions.Extension) != 0;

    /// <summary>Whether the method has been started on its target.</summary>
    internal bool IsStarted => _state >= RequestState.Started;

    /// <summary>Whether the caller has asked for cancellation.</summary>
    internal bool IsCancelRequested => _cancellation is { IsRequested: true };

    /// <summary>Whether its caller may cancel it, so that a cancellation may have to be sent after it.</summary>
    internal bool HasCancellation => _cancellation is not null;

    /// <summary>Whether the engine itself posts the request to this one activation, as a timer does with its ticks.</summary>
    internal virtual bool IsLocal => false;

    /// <summary>Whether the pending task is that of filters around the method.</summary>
    private protected bool IsFiltered { get; private set; }

    /// <summary>Whether the caller no longer waits.</summary>
    internal abstract bool IsSettled { get; }

    /// <inheritdoc/>
    bool IInvokable.IsCancellable => (Method.Options & InvokeOptions.Cancellable) != 0;

    /// <summary>The method this request calls.</summary>
    protected abstract GrainMethod Method { get; }

    /// <inheritdoc/>
    public virtual int GetArgumentCount() => 0;

    /// <inheritdoc/>
    public virtual object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index), index, "The call has no such argument.");

    /// <inheritdoc/>
    public virtual void SetArgument(int index, object value) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, "The call has no such argument.");

    /// <inheritdoc/>
    public virtual CancellationToken GetCancellationToken() => default;

    /// <inheritdoc/>
    public object? GetTarget() => Queue is not ITargetHolder holder ? null
        : IsExtension ? holder.GetComponent(Reference.Shared.Interface)
        : holder.GetTarget();

    /// <inheritdoc/>
    public void SetTarget(ITargetHolder holder) => Queue = (IWorkQueue)holder;

    /// <inheritdoc/>
    public abstract ValueTask<Response> Invoke();

    /// <inheritdoc/>
    public string GetMethodName() => Method.MethodName;

    /// <inheritdoc/>
    public string GetInterfaceName() => Method.InterfaceName;

    /// <inheritdoc/>
    public string GetActivityName() => string.Create(CultureInfo.InvariantCulture, $"{Method.InterfaceType.Name}/{Method.MethodName}");

    /// <inheritdoc/>
    public MethodInfo GetMethod() => Method.Method;

    /// <inheritdoc/>
    public Type GetInterfaceType() => Method.InterfaceType;

    /// <inheritdoc/>
    public TimeSpan? GetDefaultResponseTimeout() => Method.ResponseTimeout;

    /// <inheritdoc/>
    public bool TryCancel() => _cancellation?.CancelCallee() ?? false;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Method.InterfaceName}.{Method.MethodName} to {(Reference is null ? "nobody" : Reference.GrainId.ToString())}";

    /// <summary>Nothing is held that needs freeing.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Writes the arguments as the fields of one level; what ends the level follows.</summary>
    protected virtual void WriteArguments(WireWriter writer)
    {
    }

    /// <summary>Reads the arguments up to the end of their level; those that are missing keep their defaults.</summary>
    protected virtual void ReadArguments(WireReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        uint id = 0;
        while (reader.Next(ref id, out var wire)) reader.Skip(wire);
    }

    /// <summary>Takes the token that the method will receive.</summary>
    protected virtual void SetCancellationToken(CancellationToken token)
    {
    }

    /// <inheritdoc/>
    internal sealed override void Run(IWorkQueue queue)
    {
        if (_state == RequestState.New)
        {
            queue.Arrive(this);
            return;
        }

        // The books are closed first: a caller that has its answer finds the callee free and its time of use noted.
        _state = RequestState.Ended;
        queue.Finished(this);
        Deliver(_pending!);
        _pending = null;
    }

    /// <summary>Runs the method on its target. True when it has finished and was answered; otherwise the request comes back to
    /// the queue when the method's task has completed.</summary>
    internal abstract bool Start(object target);

    /// <summary>The request has left its activation. True when it counts as use of the activation.</summary>
    internal virtual bool OnEnded() => true;

    /// <summary>Answers the caller with what a task of the callee ended in.</summary>
    internal abstract void Deliver(object task);

    /// <summary>Answers the caller with a response; one of the wrong type becomes the caller's exception.</summary>
    internal abstract bool TryAnswer(Response response);

    /// <summary>Fails the promise, unless it is settled.</summary>
    internal abstract bool TryFail(Exception exception);

    /// <summary>Cancels the promise, unless it is settled.</summary>
    internal abstract bool TryCancelPromise(CancellationToken token);

    /// <summary>Gives this copy of a request its own promise and sends it. For filters, which may send a call more than once.</summary>
    internal abstract Task<Response> SendAgain();

    /// <summary>Settles the call with a result that another process sent.</summary>
    internal abstract void ReadResult(WireReader reader);

    internal void WriteBody(WireWriter writer)
    {
        WriteArguments(writer);
        writer.End();
    }

    internal void ReadBody(WireReader reader)
    {
        ReadArguments(reader);
        reader.EndObject();
    }

    /// <summary>Makes an empty request the call that another process sent.</summary>
    internal void Bind(GrainReference reference, InboundCall call, InvokeOptions also, RequestContextData? context)
    {
        Reference = reference;
        Options = Method.Options | also;
        Context = context;
        _source = call;
        if ((Options & InvokeOptions.Cancellable) == 0) return;
        _cancellation = new CallCancellation(this, waitForCallee: true, default);
        SetCancellationToken(_cancellation.CalleeToken);
    }

    /// <summary>The caller asks the callee to stop, once.</summary>
    internal void RequestCancellation() => _cancellation?.SignalCallee();

    /// <summary>Makes this copy of a request independent of the one it was copied from.</summary>
    internal Request Copy()
    {
        var copy = (Request)MemberwiseClone();
        copy.Next = null;
        copy._slots = null;
        copy._pending = null;
        copy._cancellation = null;
        copy._state = RequestState.New;
        copy.Queue = null;
        copy.Deadline = 0;
        return copy;
    }

    internal void NoteSlot(CallSlots slots, int slot)
    {
        _slots = slots;
        _slot = slot;
    }

    internal void MarkStarted() => _state = RequestState.Started;

    internal void MarkEnded() => _state = RequestState.Ended;

    /// <summary>Fails the call, unless it is settled.</summary>
    internal void Settle(Exception exception)
    {
        if (TryFail(exception)) Settled();
    }

    /// <summary>Answers the call, unless it is settled.</summary>
    internal void Answer(Response response)
    {
        if (TryAnswer(response)) Settled();
    }

    /// <summary>Tells the process that sent the request that it was not executed here, and by which view to send it anew.</summary>
    internal void AnswerMoved(long viewVersion)
    {
        if (Inbound is { } call && call.Moved(viewVersion)) Settled();
    }

    /// <summary>Ends the call as cancelled, unless it is settled.</summary>
    internal void SettleCancelled()
    {
        if (TryCancelPromise(_cancellation?.CallerToken ?? default)) Settled();
    }

    /// <summary>The caller's time is up.</summary>
    internal void TimeOut(TimeSpan timeout)
    {
        if (!TryFail(new TimeoutException($"No answer within {timeout} from {this}."))) return;
        Settled();
        Instruments.RequestsTimedOut.Add(1);
        if (Reference.Shared.Router.CancelRequestOnTimeout) _cancellation?.SignalCallee();
    }

    /// <summary>Whoever settled the promise calls this, once: the call is no longer watched.</summary>
    internal void Settled()
    {
        _slots?.Clear(_slot);
        _cancellation?.Unregister();
    }

    internal void CancelCallee() => _cancellation?.CancelCallee();

    /// <summary>Runs the method behind its filters. The request comes back to its queue when they have finished.</summary>
    internal bool StartFiltered(Task<Response> outcome)
    {
        IsFiltered = true;
        if (!outcome.IsCompleted) return Await(outcome);
        DeliverResponse(outcome);
        return true;
    }

    /// <summary>Readies a request that the engine itself posts, such as a timer's tick, to be run once more.</summary>
    internal void Reset(GrainReference reference, InvokeOptions options)
    {
        Reference = reference;
        Options = options;
        _state = RequestState.New;
        Next = null;
    }

    /// <summary>Waits for an unfinished task of the callee; the request then comes back to its queue.</summary>
    private protected bool Await(Task task)
    {
        _pending = task;
        // Within a turn this captures the activation's scheduler, so a task that completes on a turn comes back without
        // a detour through the thread pool.
        task.GetAwaiter().UnsafeOnCompleted(Resume);
        return false;
    }

    /// <summary>Fails a request whose method could not be started, or threw before it returned a task.</summary>
    internal void FailStart(Exception exception)
    {
        ReportFailure(exception);
        Settle(exception);
    }

    private protected void DeliverResponse(Task<Response> task)
    {
        var response = task.IsCompletedSuccessfully ? task.Result : Response.FromException(task.Outcome()!);
        ReportFailure(response.Exception);
        Answer(response);
    }

    /// <summary>Sends a request that nobody waits for, whatever its method's attributes say.</summary>
    private protected void SendOneWay(GrainReference target) => Dispatch(target, InvokeOptions.OneWay);

    private protected void Dispatch(GrainReference target, InvokeOptions also = InvokeOptions.None)
    {
        Reference = target;
        Options = Method.Options | also;
        _source = RuntimeContext.Current;
        var router = target.Shared.Router;
        if (router.OutgoingFilters.Length == 0) Transmit(router);
        else OutgoingCallContext.Run(this, router);
    }

    /// <summary>Hands the request over, once its filters have run.</summary>
    internal void Transmit(CallRouter router)
    {
        // Filters of the caller may have set values that the callee is to see.
        Context = RequestContext.Export();
        if (!IsOneWay) router.Clock.Watch(this);
        if ((Options & InvokeOptions.Cancellable) != 0 && !PrepareCancellation(router)) return;
        var activation = Reference.Target;
        if (activation is { IsInvalid: false })
        {
            Queue = activation;
            activation.Post(this);
        }
        else
        {
            router.Route(this);
        }
    }

    /// <summary>Answers a call that came from another process, with the failure of its method.</summary>
    private protected void FailInbound(Exception? exception)
    {
        if (Inbound is { } call && call.Fail(exception ?? new TaskCanceledException())) Settled();
    }

    private protected void ReportFailure(Exception? exception)
    {
        if (exception is not null) Queue?.Failed(this, exception);
    }

    private bool PrepareCancellation(CallRouter router)
    {
        var token = GetCancellationToken();
        if (!token.CanBeCanceled && !router.CancelRequestOnTimeout) return true;
        _cancellation = new CallCancellation(this, router.WaitForCancellationAcknowledgement, token);
        if (token.IsCancellationRequested)
        {
            SettleCancelled();
            return false;
        }

        SetCancellationToken(_cancellation.CalleeToken);
        _cancellation.Register();
        return true;
    }

    private void Resume() => Queue!.Post(this);

    private enum RequestState : byte
    {
        New,
        Started,
        Ended,
    }
}
