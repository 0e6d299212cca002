using System.ComponentModel;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>A call of a method that returns nothing but completion.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class CompletionRequest : Request
{
    private TaskCompletionSource? _promise;

    private protected CompletionRequest()
    {
    }

    internal sealed override bool IsSettled => _promise is { } promise ? promise.Task.IsCompleted : Inbound is { IsOver: true };

    internal sealed override void Deliver(object task)
    {
        if (IsFiltered)
        {
            DeliverResponse((Task<Response>)task);
            return;
        }

        var ended = (Task)task;
        if (ended.IsCompletedSuccessfully)
        {
            Succeed();
            return;
        }

        var failure = ended.Outcome();
        ReportFailure(failure);
        if (_promise is not { } promise) FailInbound(failure);
        else if (promise.TrySetFromTask(ended)) Settled();
    }

    internal sealed override bool TryAnswer(Response response)
    {
        if (response.Exception is { } exception) return TryFail(exception);
        return _promise is { } promise ? promise.TrySetResult() : Inbound is { } call && call.Complete();
    }

    internal sealed override bool TryFail(Exception exception) =>
        _promise is { } promise ? promise.TryFail(exception) : Inbound is { } call && call.Fail(exception);

    internal sealed override bool TryCancelPromise(CancellationToken token) =>
        _promise is { } promise ? promise.TrySetCanceled(token) : Inbound is { } call && call.Fail(new TaskCanceledException());

    internal sealed override void ReadResult(WireReader reader) => Succeed();

    internal sealed override async Task<Response> SendAgain()
    {
        var task = SendCore(null);
        await task;
        return Response.Completed;
    }

    private protected Task SendCore(GrainReference? target)
    {
        // A copy that a filter sends again has its options already, and they may say more than the method's attributes.
        if (((target is null ? Options : Method.Options) & InvokeOptions.OneWay) != 0)
        {
            Send();
            return Task.CompletedTask;
        }

        // Continuations of the caller never run on the callee's turn.
        var promise = _promise = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Send();
        return promise.Task;

        void Send()
        {
            if (target is null) Transmit(Reference.Shared.Router);
            else Dispatch(target);
        }
    }

    private protected void Succeed()
    {
        if (_promise is { } promise ? promise.TrySetResult() : Inbound is { } call && call.Complete()) Settled();
    }
}

/// <summary>A call of a method that returns a result.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ResultRequest<T> : Request
{
    // A call that came from another process has none: its outcome is written to the connection.
    private TaskCompletionSource<T>? _promise;

    private protected ResultRequest()
    {
    }

    internal sealed override bool IsSettled => _promise is { } promise ? promise.Task.IsCompleted : Inbound is { IsOver: true };

    /// <summary>Copies a result before it leaves the callee.</summary>
    protected virtual T CopyResult(T value) => value;

    internal sealed override void Deliver(object task)
    {
        if (IsFiltered) DeliverResponse((Task<Response>)task);
        else DeliverTask((Task<T>)task);
    }

    internal sealed override bool TryAnswer(Response response)
    {
        if (response.Exception is { } failure) return TryFail(failure);
        T result;
        try
        {
            if (_promise is null) return Inbound is { } call && call.Complete(response.GetResult<T>());
            result = CopyResult(response.GetResult<T>());
        }
        catch (Exception exception)
        {
            return TryFail(exception);
        }

        return _promise.TrySetResult(result);
    }

    internal sealed override bool TryFail(Exception exception) =>
        _promise is { } promise ? promise.TryFail(exception) : Inbound is { } call && call.Fail(exception);

    internal sealed override bool TryCancelPromise(CancellationToken token) =>
        _promise is { } promise ? promise.TrySetCanceled(token) : Inbound is { } call && call.Fail(new TaskCanceledException());

    internal sealed override void ReadResult(WireReader reader)
    {
        uint id = 0;
        if (!reader.Next(ref id, out var wire) || id != 0) throw WireReader.Malformed("no result");
        var value = CodecOf<T>.Instance.Read(reader, wire);
        if (_promise is { } promise ? promise.TrySetResult(value) : Inbound is { } call && call.Complete(value)) Settled();
    }

    internal sealed override async Task<Response> SendAgain()
    {
        var promise = _promise = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Transmit(Reference.Shared.Router);
        return Response.FromResult(await promise.Task);
    }

    private protected Task<T> SendCore(GrainReference target)
    {
        var promise = _promise = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Dispatch(target);
        return promise.Task;
    }

    private protected void DeliverTask(Task<T> task)
    {
        if (task.IsCompletedSuccessfully)
        {
            Succeed(task.Result);
            return;
        }

        var failure = task.Outcome();
        ReportFailure(failure);
        if (_promise is not { } promise) FailInbound(failure);
        else if (promise.TrySetFromTask(task)) Settled();
    }

    private protected void Succeed(T value)
    {
        // Nobody reads an answer that comes too late, so it is not copied either.
        if (IsSettled) return;
        if (_promise is not { } promise)
        {
            // Writing the result is what keeps it apart from the callee's objects.
            if (Inbound is { } call && call.Complete(value)) Settled();
            return;
        }

        T result;
        try
        {
            result = CopyResult(value);
        }
        catch (Exception exception)
        {
            Settle(exception);
            return;
        }

        if (promise.TrySetResult(result)) Settled();
    }
}

/// <summary>A call of a method that returns <see cref="Task"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TaskRequest : CompletionRequest
{
    /// <summary>Sends the request.</summary>
    public Task Send(GrainReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return SendCore(target);
    }

    /// <inheritdoc/>
    public override async ValueTask<Response> Invoke()
    {
        try
        {
            await Call(GetTarget()!);
            return Response.Completed;
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    /// <summary>Calls the method.</summary>
    protected abstract Task Call(object target);

    internal sealed override bool Start(object target)
    {
        try
        {
            var task = Call(target);
            if (!task.IsCompleted) return Await(task);
            Deliver(task);
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }

        return true;
    }
}

/// <summary>A call of a method that returns <see cref="Task{TResult}"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TaskRequest<T> : ResultRequest<T>
{
    /// <summary>Sends the request.</summary>
    public Task<T> Send(GrainReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return SendCore(target);
    }

    /// <inheritdoc/>
    public override async ValueTask<Response> Invoke()
    {
        try
        {
            return Response.FromResult(await Call(GetTarget()!));
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    /// <summary>Calls the method.</summary>
    protected abstract Task<T> Call(object target);

    internal sealed override bool Start(object target)
    {
        try
        {
            var task = Call(target);
            if (!task.IsCompleted) return Await(task);
            DeliverTask(task);
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }

        return true;
    }
}

/// <summary>A call of a method that returns <see cref="ValueTask"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ValueTaskRequest : CompletionRequest
{
    /// <summary>Sends the request.</summary>
    public ValueTask Send(GrainReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new ValueTask(SendCore(target));
    }

    /// <inheritdoc/>
    public override async ValueTask<Response> Invoke()
    {
        try
        {
            await Call(GetTarget()!);
            return Response.Completed;
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    /// <summary>Calls the method.</summary>
    protected abstract ValueTask Call(object target);

    internal sealed override bool Start(object target)
    {
        try
        {
            var task = Call(target);
            if (task.IsCompletedSuccessfully)
            {
                task.GetAwaiter().GetResult();
                Succeed();
                return true;
            }

            var rest = task.AsTask();
            if (!rest.IsCompleted) return Await(rest);
            Deliver(rest);
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }

        return true;
    }
}

/// <summary>A call of a method that returns <see cref="ValueTask{TResult}"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ValueTaskRequest<T> : ResultRequest<T>
{
    /// <summary>Sends the request.</summary>
    public ValueTask<T> Send(GrainReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new ValueTask<T>(SendCore(target));
    }

    /// <inheritdoc/>
    public override async ValueTask<Response> Invoke()
    {
        try
        {
            return Response.FromResult(await Call(GetTarget()!));
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    /// <summary>Calls the method.</summary>
    protected abstract ValueTask<T> Call(object target);

    internal sealed override bool Start(object target)
    {
        try
        {
            var task = Call(target);
            if (task.IsCompletedSuccessfully)
            {
                Succeed(task.Result);
                return true;
            }

            var rest = task.AsTask();
            if (!rest.IsCompleted) return Await(rest);
            DeliverTask(rest);
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }

        return true;
    }
}

/// <summary>A call of a method that returns nothing at all. Nobody waits for it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class VoidRequest : CompletionRequest
{
    /// <summary>Sends the request.</summary>
    public void Send(GrainReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        SendOneWay(target);
    }

    /// <inheritdoc/>
    public override ValueTask<Response> Invoke()
    {
        try
        {
            Call(GetTarget()!);
            return new ValueTask<Response>(Response.Completed);
        }
        catch (Exception exception)
        {
            return new ValueTask<Response>(Response.FromException(exception));
        }
    }

    /// <summary>Calls the method.</summary>
    protected abstract void Call(object target);

    internal sealed override bool Start(object target)
    {
        try
        {
            Call(target);
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }

        return true;
    }
}
