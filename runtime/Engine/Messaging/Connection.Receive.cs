using System.Buffers;
using System.Buffers.Binary;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <content>What arrives. One loop reads; nothing that belongs to an application runs on it but converters and constructors.</content>
internal sealed partial class Connection
{
    private readonly RequestRoutes _routes;
    private readonly WireReader _reader;
    private byte[] _frame = new byte[4096];
    private int _now;
    private int _queuedFrames;

    // How many frames came with the last read: with one at a time, answers are sent one at a time.
    private int _framesTogether;
    private TaskCompletionSource? _paused;

    /// <summary>Frames sent so far.</summary>
    public long FramesSent { get; private set; }

    /// <summary>Bytes sent so far.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Frames received so far.</summary>
    public long FramesReceived { get; private set; }

    /// <summary>Bytes received so far.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>What went over the connection so far.</summary>
    public Traffic Traffic => new(FramesSent, FramesReceived, BytesSent, BytesReceived);

    private async Task ReadAll()
    {
        string? reason = null;
        try
        {
            var input = _transport.Transport.Input;
            while (true)
            {
                var reading = input.ReadAsync();
                var result = reading.IsCompletedSuccessfully ? reading.Result : await reading;
                var buffer = result.Buffer;
                _now = _host.Clock.ReadNow();
                var frames = 0;
                while (Take(ref buffer, out var length))
                {
                    if (++frames > 1) _framesTogether = frames;
                    Handle(length);
                }

                if (frames > 0) _framesTogether = frames;
                input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted || result.IsCanceled) break;
                if (MustPause() is { } paused) await paused;
            }
        }
        catch (Exception exception)
        {
            reason = exception.Message;
        }

        Close(reason);
    }

    // Copies the next whole frame to the start of the frame buffer. Nothing is reserved by what a length merely claims.
    private bool Take(ref ReadOnlySequence<byte> buffer, out int length)
    {
        length = 0;
        if (buffer.Length < Frame.HeaderSize) return false;
        Span<byte> prefix = stackalloc byte[Frame.LengthSize];
        buffer.Slice(0, Frame.LengthSize).CopyTo(prefix);
        var claimed = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        if (claimed < Frame.HeaderSize - Frame.LengthSize || claimed > _host.FrameBytesMax)
            throw WireReader.Malformed($"a message of {claimed} bytes where {_host.FrameBytesMax} are allowed");
        length = (int)claimed + Frame.LengthSize;
        if (buffer.Length < length) return false;
        if (_frame.Length < length || (_frame.Length > KeptBytesMax && length <= KeptBytesMax))
            _frame = new byte[Math.Max(length, 4096)];
        buffer.Slice(0, length).CopyTo(_frame);
        buffer = buffer.Slice(length);
        FramesReceived++;
        BytesReceived += length;
        return true;
    }

    private void Handle(int length)
    {
        var kind = (FrameKind)_frame[Frame.KindAt];
        var flags = (FrameFlags)_frame[Frame.FlagsAt];
        var number = BinaryPrimitives.ReadUInt64LittleEndian(_frame.AsSpan(Frame.NumberAt));
        _reader.Reset(_frame, Frame.HeaderSize, length);
        switch (kind)
        {
            case FrameKind.Request:
                TakeRequest(number, flags);
                break;
            case FrameKind.Result or FrameKind.Completed or FrameKind.Failure:
                TakeOutcome(kind, number);
                break;
            case FrameKind.Moved:
                var version = (long)_reader.Fixed64();
                if (TakeCall(number) is Request moved)
                {
                    moved.Queue = null;
                    _host.Moved(moved, version);
                }

                break;
            case FrameKind.Cancel:
                Cancel(number);
                break;
            case FrameKind.Ask:
                var control = (ControlKind)_reader.Byte();
                _ = AnswerControl(number, control, _reader.Bytes().ToArray());
                break;
            case FrameKind.Answer:
                (TakeCall(number) as ControlCall)?.TrySetResult(_reader.Bytes().ToArray());
                break;
            case FrameKind.AskFailed:
                (TakeCall(number) as ControlCall)?.TrySetException(new OrleansException(_reader.Text()));
                break;
            case FrameKind.View:
                _host.ViewArrived(this, _reader);
                break;
            case FrameKind.GrainTypes:
                _host.GrainTypesArrive(_reader);
                break;
            case FrameKind.GoingAway:
                IsGoingAway = true;
                break;
            default:
                throw WireReader.Malformed($"a message of the unknown kind {(byte)kind}");
        }
    }

    private object? TakeCall(ulong number)
    {
        lock (_gate) return _calls.Take(number);
    }

    private void TakeRequest(ulong number, FrameFlags flags)
    {
        var reader = _reader;
        var view = (long)reader.VarInt();
        var remaining = (long)reader.VarInt() - 1;
        var forwards = (int)Math.Min(reader.VarInt(), int.MaxValue);
        var grainType = reader.Bytes();
        var key = reader.Bytes();
        var sourceType = reader.Bytes().ToArray();
        var sourceKey = reader.Bytes().ToArray();
        var name = reader.Bytes();

        // A duration in units of the clock; what is longer than the clock can say does not end.
        var units = (remaining + CallClock.UnitMilliseconds - 1) / CallClock.UnitMilliseconds;
        var deadline = remaining < 0 || units > int.MaxValue - 1L - _now ? int.MaxValue : _now + (int)units;
        var call = new InboundCall(this, _host.Clock, number, sourceType, sourceKey, deadline, flags);
        if (_routes.Find(grainType, name) is not { } route)
        {
            call.Fail(new OrleansMessageRejectionException(
                $"{_host.Own} knows no method {RequestNames.Readable(WireText.Decode(name))}: deploy the version that has it everywhere first."));
            return;
        }

        var request = route.Create();
        try
        {
            var reference = route.Shared.Create(new IdSpan(key.ToArray()));
            var context = (flags & FrameFlags.HasContext) != 0 ? ReadContext() : null;
            request.Bind(reference, call, (flags & FrameFlags.OneWay) != 0 ? InvokeOptions.OneWay : InvokeOptions.None, context);
            request.Forwards = forwards;
            request.ReadBody(reader);
        }
        catch (Exception exception)
        {
            // The frame itself is whole, so only this call is lost: its sender may be of a version that has other types.
            MessagingLog.Unreadable(_host.Log, exception, RequestNames.Readable(WireText.Decode(name)), Peer);
            call.Fail(exception as SerializerException ?? new SerializerException($"The arguments cannot be read: {exception.Message}"));
            return;
        }

        if (request.HasCancellation && !request.IsOneWay)
        {
            call.Cancellable = request;
            lock (_cancellable) _cancellable[number] = call;
        }

        _host.Receive(request, view);
    }

    private RequestContextData? ReadContext()
    {
        uint id = 0;
        if (!_reader.Next(ref id, out var wire) || id != 0) throw WireReader.Malformed("no request context");
        return RequestContextData.From(CodecOf<Dictionary<string, object>>.Instance.Read(_reader, wire));
    }

    private void TakeOutcome(FrameKind kind, ulong number)
    {
        // A caller that has given up is in the table until the next sweep, and takes no answer.
        if (TakeCall(number) is not Request request) return;
        try
        {
            if (kind == FrameKind.Failure) request.Settle(ReadFailure());
            else request.ReadResult(_reader);
        }
        catch (Exception exception)
        {
            request.Settle(exception as SerializerException ?? new SerializerException($"The answer cannot be read: {exception.Message}"));
        }
    }

    private Exception ReadFailure()
    {
        uint id = 0;
        if (!_reader.Next(ref id, out var wire) || id != 0) throw WireReader.Malformed("no exception");
        return CodecOf<Exception>.Instance.Read(_reader, wire) ?? throw WireReader.Malformed("no exception");
    }

    private void Cancel(ulong number)
    {
        InboundCall? call;
        lock (_cancellable) _cancellable.TryGetValue(number, out call);
        call?.Cancellable?.RequestCancellation();
    }

    private async Task AnswerControl(ulong number, ControlKind kind, byte[] body)
    {
        var writer = default(WireWriter);
        try
        {
            var answer = await _host.Answer(Peer, kind, body);
            writer = Frame.Begin(FrameKind.Answer, FrameFlags.None, number, _host.Exceptions);
            writer.Bytes(answer);
        }
        catch (Exception exception)
        {
            writer = Frame.Begin(FrameKind.AskFailed, FrameFlags.None, number, _host.Exceptions);
            writer.Text(exception.Message);
        }

        SendFrame(Frame.End(writer));
        writer.Return();
    }

    private Task? MustPause()
    {
        lock (_gate)
        {
            if (_queuedBytes < ReadingPausesAt || _ended) return null;
            return (_paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void ResumeReading()
    {
        _paused?.TrySetResult();
        _paused = null;
    }
}
