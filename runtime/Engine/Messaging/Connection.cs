using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>
/// One connection with another process, after the handshake. Any thread adds frames to what is to be sent; one flush at a time takes
/// all there is, so that many frames share one system call; one reader takes in what arrives.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. A call is in the table exactly while its answer may still arrive. The end of the connection fails all that are left.
/// 2. No outcome of a call leaves while the silo does not serve: the connection is closed instead.
/// Back-pressure: a call that would make more than <see cref="QueuedBytesMax"/> wait to be sent is refused with
/// <see cref="LimitExceededException"/>; answers are never refused, but nothing more is read while too much waits to be sent.
/// </remarks>
internal sealed partial class Connection : IThreadPoolWorkItem
{
    /// <summary>Bytes that may wait to be sent before calls are refused, unless one message alone takes more.</summary>
    public const int QueuedBytesMax = 64 * 1024 * 1024;

    private const int ReadingPausesAt = 16 * 1024 * 1024;
    private const int KeptBytesMax = 1 << 20;

    private readonly Lock _gate = new();
    private readonly ConnectionHost _host;
    private readonly ConnectionContext _transport;
    private readonly CallTable _calls = new();
    private readonly Dictionary<ulong, InboundCall> _cancellable = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _queued = new byte[4096];
    private byte[] _sending = new byte[4096];
    private int _queuedBytes;
    private bool _queuedOutcomes;
    private bool _flushing;
    private bool _ended;
    private bool _finishing;
    private TaskCompletionSource? _drained;

    public Connection(ConnectionHost host, ConnectionContext transport, ProcessIdentity peer)
    {
        _host = host;
        _transport = transport;
        Peer = peer;
        _routes = new RequestRoutes(host.References);
        _reader = new WireReader([], 0, host.Services, host.Exceptions);
    }

    /// <summary>Who is at the other end.</summary>
    public ProcessIdentity Peer { get; }

    /// <summary>Completes when the connection has ended and its calls have failed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Whether the other side wants no new calls, or the connection has ended.</summary>
    public bool IsGoingAway { get; private set; }

    /// <summary>Calls that wait for an answer.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _calls.Count;
        }
    }

    /// <summary>Starts to read. To be called once.</summary>
    public void Start()
    {
        _host.OnOpened(this);
        ThreadPool.UnsafeQueueUserWorkItem(static connection => _ = connection.ReadAll(), this, preferLocal: false);
    }

    /// <summary>
    /// Sends a call. False when the connection has ended, so that nothing was sent; whatever else happens settles the request.
    /// </summary>
    public bool TrySend(Request request, long viewVersion, FrameFlags flags)
    {
        if (request.IsCancelRequested)
        {
            request.SettleCancelled();
            return true;
        }

        WireWriter? writer = null;
        try
        {
            if (request.IsOneWay) flags |= FrameFlags.OneWay;
            if (request.Context is not null) flags |= FrameFlags.HasContext;
            writer = Frame.Begin(FrameKind.Request, flags, 0, _host.Exceptions);
            WriteRequest(writer, request, viewVersion);
            var frame = Frame.End(writer);
            if (frame.Length > _host.FrameBytesMax)
            {
                request.Settle(new OrleansMessageRejectionException(
                    $"{request} takes {frame.Length} bytes; MaxMessageBodySize allows {_host.FrameBytesMax}."));
                return true;
            }

            if (request.HasCancellation && !request.IsOneWay) return TrySendCancellable(frame, request);
            return TryQueue(frame, request.IsOneWay ? null : request, isCall: true, out _);
        }
        catch (Exception exception)
        {
            if (request.IsOneWay) MessagingLog.OneWayLost(_host.Log, request.ToString(), exception.Message);
            request.Settle(exception);
            return true;
        }
        finally
        {
            writer?.Return();
        }
    }

    /// <summary>Asks the other silo. Fails with <see cref="SiloUnavailableException"/> when the connection ends first.</summary>
    public Task<byte[]> Ask(ControlKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var ask = new ControlCall();
        var writer = Frame.Begin(FrameKind.Ask, FrameFlags.None, 0, _host.Exceptions);
        writer.Byte((byte)kind);
        writer.Bytes(body.Span);
        if (!TryQueue(Frame.End(writer), ask, isCall: false, out _)) ask.TrySetException(Unavailable());
        writer.Return();
        return cancellation.CanBeCanceled ? ask.WaitFor(cancellation) : ask.Task;
    }

    /// <summary>Sends a frame that is nothing but a number: an end, a cancellation, a view's version.</summary>
    public void SendEmpty(FrameKind kind, ulong number, long version)
    {
        Span<byte> frame = stackalloc byte[Frame.HeaderSize + 10];
        var length = Frame.HeaderSize;
        frame[Frame.KindAt] = (byte)kind;
        frame[Frame.FlagsAt] = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(frame[Frame.NumberAt..], number);
        if (kind is FrameKind.Moved)
        {
            BinaryPrimitives.WriteInt64LittleEndian(frame[length..], version);
            length += sizeof(long);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(length - Frame.LengthSize));
        TryQueue(frame[..length], null, isCall: false, out _);
    }

    /// <summary>Sends the result of a call; one that cannot be sent becomes the call's failure.</summary>
    public void SendResult<T>(ulong number, T value)
    {
        var writer = Frame.Begin(FrameKind.Result, FrameFlags.None, number, _host.Exceptions);
        try
        {
            CodecOf<T>.Instance.Write(writer, 0, value);
            writer.End();
            var frame = Frame.End(writer);
            if (frame.Length > _host.FrameBytesMax)
                throw new OrleansMessageRejectionException(
                    $"A result takes {frame.Length} bytes; MaxMessageBodySize allows {_host.FrameBytesMax}.");
            TryQueue(frame, null, isCall: false, out _);
        }
        catch (Exception exception)
        {
            SendFailure(number, exception);
        }
        finally
        {
            writer.Return();
        }
    }

    /// <summary>Sends the exception of a call; one that cannot be sent is replaced by what hinders it.</summary>
    public void SendFailure(ulong number, Exception failure)
    {
        if (TrySendFailure(number, failure, out var hindrance)) return;
        var text = $"{failure.GetType()}: {failure.Message} (the exception itself could not be sent: {hindrance!.Message})";
        TrySendFailure(number, hindrance is CodecNotFoundException ? new CodecNotFoundException(text) : new OrleansException(text), out _);
    }

    /// <summary>Sends a finished frame as it is.</summary>
    public void SendFrame(ReadOnlySpan<byte> frame) => TryQueue(frame, null, isCall: false, out _);

    /// <summary>The caller of an inbound call can no longer cancel it.</summary>
    public void Forget(InboundCall call)
    {
        lock (_cancellable) _cancellable.Remove(call.Number);
    }

    /// <summary>Forgets calls whose callers have given up.</summary>
    public void Sweep()
    {
        lock (_gate) _calls.Sweep(static call => call is Request ? ((Request)call).IsSettled : ((ControlCall)call).Task.IsCompleted);
        if (_cancellable.Count == 0) return;
        lock (_cancellable)
        {
            foreach (var (number, call) in _cancellable)
                if (call.IsOver) _cancellable.Remove(number);
        }
    }

    /// <summary>Sends what is left and then closes. Completes when the connection has ended.</summary>
    public async Task Finish(TimeSpan patience)
    {
        lock (_gate) _finishing = true;
        await Drained(patience);
        Close(null);
        await Closed;
    }

    /// <summary>Completes when all that was queued has been sent, or after a time.</summary>
    public async Task Drained(TimeSpan patience)
    {
        Task drained;
        lock (_gate)
        {
            drained = _ended || (!_flushing && _queuedBytes == 0)
                ? Task.CompletedTask
                : (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        try
        {
            await drained.WaitAsync(patience, _host.Time);
        }
        catch (TimeoutException)
        {
            // The other side does not read; it has had its time.
        }
    }

    /// <summary>Ends the connection, and fails the calls that wait on it.</summary>
    public void Close(string? reason)
    {
        object[] left;
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            IsGoingAway = true;
            _queuedBytes = 0;
            left = _calls.TakeAll();
            ResumeReading();
            _drained?.TrySetResult();
        }

        if (reason is null) MessagingLog.Closed(_host.Log, Peer);
        else MessagingLog.Broken(_host.Log, Peer, reason);
        _transport.Abort(new ConnectionAbortedException(reason ?? "The connection was closed."));
        foreach (var call in left) Fail(call);
        _host.OnClosed(this);
        _closed.TrySetResult();
        _ = _transport.DisposeAsync().AsTask();
    }

    /// <summary>Sends what is queued. One flush runs at a time.</summary>
    void IThreadPoolWorkItem.Execute() => _ = Flush(once: false);

    // On the thread of a caller or of a grain only once: what others queue meanwhile is none of its business.
    private async Task Flush(bool once)
    {
        try
        {
            var output = _transport.Transport.Output;
            while (TakeQueued(out var bytes, out var hasOutcomes))
            {
                if (hasOutcomes && !_host.Serves)
                {
                    MessagingLog.NotServing(_host.Log, Peer);
                    Close("the silo does not hold its lease.");
                    return;
                }

                output.Write(_sending.AsSpan(0, bytes));
                if (_sending.Length > KeptBytesMax) _sending = new byte[4096];
                var flush = output.FlushAsync();
                // A grain's scheduler must not have to run what follows.
                var result = flush.IsCompletedSuccessfully ? flush.Result : await flush.ConfigureAwait(false);
                if (result.IsCompleted || result.IsCanceled)
                {
                    Close("the other side reads no more.");
                    return;
                }

                if (!once) continue;
                if (HasQueued()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
        }
        catch (Exception exception)
        {
            Close(exception.Message);
        }
    }

    // False once the next frame has to start a flush of its own.
    private bool HasQueued()
    {
        lock (_gate)
        {
            if (_queuedBytes > 0 && !_ended) return true;
            EndFlush();
            return false;
        }
    }

    // Under the gate.
    private void EndFlush()
    {
        _flushing = false;
        _drained?.TrySetResult();
        _drained = null;
        ResumeReading();
    }

    private bool TakeQueued(out int bytes, out bool hasOutcomes)
    {
        lock (_gate)
        {
            (bytes, hasOutcomes) = (_queuedBytes, _queuedOutcomes);
            if (bytes == 0 || _ended)
            {
                EndFlush();
                return false;
            }

            (_sending, _queued) = (_queued, _sending);
            _queuedBytes = 0;
            _queuedOutcomes = false;
            FramesSent += _queuedFrames;
            BytesSent += bytes;
            _queuedFrames = 0;
            ResumeReading();
            return true;
        }
    }

    private bool TrySendCancellable(ReadOnlySpan<byte> frame, Request request)
    {
        var callee = new OutboundCall(this);
        request.Queue = callee;
        if (!TryQueue(frame, request, isCall: true, out var number)) return false;
        if (number == 0) return true;
        callee.Number = number;
        // The caller may have given up before it could be told to whom.
        if (request.IsCancelRequested) SendEmpty(FrameKind.Cancel, number, 0);
        return true;
    }

    private static void WriteRequest(WireWriter writer, Request request, long viewVersion)
    {
        var reference = request.Reference;
        var inbound = request.Inbound;
        var remaining = request.IsOneWay ? -1 : inbound is not null ? inbound.Remaining : reference.Shared.Router.Clock.Remaining(request);
        writer.VarInt((ulong)viewVersion);
        writer.VarInt((ulong)(remaining + 1));
        writer.VarInt((ulong)request.Forwards);
        writer.Bytes(reference.Shared.GrainType.AsSpan());
        writer.Bytes(reference.Key.AsSpan());
        if (inbound is not null)
        {
            writer.Bytes(inbound.SourceBytes.Type);
            writer.Bytes(inbound.SourceBytes.Key);
        }
        else
        {
            var source = request.SourceId;
            writer.Bytes(source.Type.AsSpan());
            writer.Bytes(source.Key.AsSpan());
        }

        writer.Bytes(RequestNames.NameOf(request));
        if (request.Context is { } context) CodecOf<Dictionary<string, object>>.Instance.Write(writer, 0, context.Values);
        request.WriteBody(writer);
    }

    private bool TrySendFailure(ulong number, Exception failure, out Exception? hindrance)
    {
        hindrance = null;
        var writer = Frame.Begin(FrameKind.Failure, FrameFlags.None, number, _host.Exceptions);
        try
        {
            CodecOf<Exception>.Instance.Write(writer, 0, failure);
            writer.End();
            TryQueue(Frame.End(writer), null, isCall: false, out _);
            return true;
        }
        catch (Exception exception)
        {
            hindrance = exception;
            return false;
        }
        finally
        {
            writer.Return();
        }
    }

    // False when the connection has ended. The number is that of the call, which is zero when there is none or it was refused.
    private bool TryQueue(ReadOnlySpan<byte> frame, object? call, bool isCall, out ulong number)
    {
        number = 0;
        var start = false;
        var isQuiet = false;
        lock (_gate)
        {
            if (_ended || (isCall && (IsGoingAway || _finishing))) return false;
            if (isCall && _queuedBytes > 0 && _queuedBytes + frame.Length > QueuedBytesMax)
            {
                (call as Request)?.Settle(new LimitExceededException("bytes waiting to be sent", _queuedBytes, QueuedBytesMax, Peer));
                return true;
            }

            if (_queued.Length - _queuedBytes < frame.Length) Grow(frame.Length);
            var place = _queued.AsSpan(_queuedBytes, frame.Length);
            frame.CopyTo(place);
            if (call is not null)
            {
                number = _calls.Add(call);
                BinaryPrimitives.WriteUInt64LittleEndian(place[Frame.NumberAt..], number);
            }

            _queuedBytes += frame.Length;
            _queuedFrames++;
            _queuedOutcomes |= Frame.IsOutcome((FrameKind)frame[Frame.KindAt]);
            if (!_flushing) start = _flushing = true;
            isQuiet = isCall ? _calls.Count <= 1 : _framesTogether <= 1;
        }

        // Where one call at a time is under way, another thread would only make it wait. Otherwise at the end of the shared queue:
        // what else this thread is about to send still joins the flush.
        if (start && isQuiet) _ = Flush(once: true);
        else if (start) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    private void Grow(int bytes)
    {
        var needed = (long)_queuedBytes + bytes;
        Array.Resize(ref _queued, (int)Math.Min(Array.MaxLength, Math.Max(needed, _queued.Length * 2L)));
    }

    private void Fail(object call)
    {
        if (call is Request request)
        {
            request.Queue = null;
            request.Settle(Unavailable());
        }
        else
        {
            ((ControlCall)call).TrySetException(Unavailable());
        }
    }

    private SiloUnavailableException Unavailable() =>
        new($"The connection with {Peer} ended before the answer came. The call may have run.");
}

/// <summary>A control message that waits for its answer.</summary>
internal sealed class ControlCall() : TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public async Task<byte[]> WaitFor(CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(static (call, token) => ((ControlCall)call!).TrySetCanceled(token), this);
        return await Task;
    }
}
