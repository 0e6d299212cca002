using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// One connection that this process keeps with one silo: made when a call needs it, and again after it broke. Calls wait while it
/// is made; after a failure they fail at once for a while.
/// </summary>
internal sealed class PeerLink(MessageCenter center, SiloAddress target)
{
    private const int WaitingMax = 100_000;

    private readonly Lock _gate = new();
    private readonly Queue<(object Call, long View, FrameFlags Flags)> _waiting = [];
    private volatile Connection? _connection;
    private bool _connecting;
    private bool _ended;
    private long _failedAt;
    private string? _failure;

    /// <summary>The silo at the other end.</summary>
    public SiloAddress Silo { get; set; } = target;

    /// <summary>The connection, if there is one.</summary>
    public Connection? Connection => _connection;

    /// <summary>Sends a call, over a connection that is made first if need be. Never throws.</summary>
    public void Send(Request request, long viewVersion, FrameFlags flags)
    {
        if (_connection is { } open && open.TrySend(request, viewVersion, flags)) return;
        string? refusal;
        lock (_gate)
        {
            refusal = Enqueue(request, viewVersion, flags, out open);
        }

        if (refusal is not null) center.NotSent(request, refusal);
        else if (open is not null && !open.TrySend(request, viewVersion, flags))
            center.NotSent(request, $"The connection with {Silo} ended.");
    }

    /// <summary>The connection, made first if need be.</summary>
    /// <exception cref="SiloUnavailableException">It cannot be made.</exception>
    public Task<Connection> Open()
    {
        var waiter = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        string? refusal;
        Connection? open;
        lock (_gate)
        {
            refusal = Enqueue(waiter, 0, FrameFlags.None, out open);
        }

        if (refusal is not null) waiter.TrySetException(new SiloUnavailableException(refusal));
        else if (open is not null) waiter.TrySetResult(open);
        return waiter.Task;
    }

    /// <summary>No call goes this way any more. What waits for a connection fails; an open connection is the caller's to close.</summary>
    public Connection? End(string reason)
    {
        lock (_gate)
        {
            _ended = true;
            _failure = reason;
        }

        FailWaiting(reason);
        return _connection;
    }

    // Under the gate. Null: the call waits, or there is a connection for it.
    private string? Enqueue(object call, long viewVersion, FrameFlags flags, out Connection? open)
    {
        open = _connection is { IsGoingAway: false } connection ? connection : null;
        if (open is not null) return null;
        if (_ended) return _failure;
        if (!_connecting)
        {
            if (_failure is not null && center.Time.GetElapsedTime(_failedAt) < center.Options.ConnectionRetryDelay) return _failure;
            _connecting = true;
            ThreadPool.UnsafeQueueUserWorkItem(static link => _ = link.Connect(), this, preferLocal: false);
        }

        if (_waiting.Count >= WaitingMax) return $"{WaitingMax} calls already wait for a connection with {Silo}.";
        _waiting.Enqueue((call, viewVersion, flags));
        return null;
    }

    private async Task Connect()
    {
        Connection connection;
        try
        {
            connection = await center.Connect(Silo);
        }
        catch (Exception exception)
        {
            var reason = exception is OperationCanceledException
                ? $"{Silo} did not answer within {center.Options.OpenConnectionTimeout}."
                : $"{Silo} cannot be reached: {exception.Message}";
            MessagingLog.ConnectFailed(center.Log, Silo, reason);
            lock (_gate)
            {
                _connecting = false;
                _failure ??= reason;
                if (!_ended) _failure = reason;
                _failedAt = center.Time.GetTimestamp();
            }

            FailWaiting(reason);
            return;
        }

        while (TakeWaiting(connection, out var next))
        {
            if (next.Call is TaskCompletionSource<Connection> waiter) waiter.TrySetResult(connection);
            else if (next.Call is Request request && !connection.TrySend(request, next.View, next.Flags))
                center.NotSent(request, $"The connection with {Silo} ended.");
        }
    }

    // What comes meanwhile waits as well, so that calls keep their order. False: all are sent, and the connection is in use.
    private bool TakeWaiting(Connection connection, out (object Call, long View, FrameFlags Flags) next)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out next)) return true;
            _connecting = false;
            if (!_ended) (_connection, _failure) = (connection, null);
        }

        if (_ended) connection.Close(null);
        return false;
    }

    private void FailWaiting(string reason)
    {
        while (true)
        {
            (object Call, long View, FrameFlags Flags) next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next)) return;
            }

            if (next.Call is Request request) center.NotSent(request, reason);
            else ((TaskCompletionSource<Connection>)next.Call).TrySetException(new SiloUnavailableException(reason));
        }
    }
}
