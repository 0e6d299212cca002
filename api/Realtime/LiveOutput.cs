using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>The way out to one connection: what waits goes out together, in a bounded queue.</summary>
/// <remarks>Invariants:
/// 1. Frames go out in the order in which they were placed.
/// 2. At most the configured number of frames and bytes waits, here and at all connections of the node together; one more closes the
///    connection with a resumable code.
/// 3. After the code with which it is closed nothing goes out but the end itself.</remarks>
internal abstract partial class LiveOutput(LiveNode node)
{
    private LiveFrame? _only;
    private Queue<LiveFrame>? _more;
    private int _bytes;
    private string? _closeCode;
    private bool _writing;

    /// <summary>What all connections share.</summary>
    public LiveNode Node => node;

    /// <summary>Guards the state of the connection; never held while something is written.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Whether the connection is being closed or gone.</summary>
    protected bool Closed => _closeCode is not null;

    /// <summary>Writes one frame. Incomplete while the connection takes no more.</summary>
    protected abstract ValueTask Write(LiveFrame frame);

    /// <summary>Ends the connection after what has been written.</summary>
    protected abstract ValueTask End(bool mayReconnect);

    /// <summary>Cuts the connection, whatever is still on its way.</summary>
    protected abstract void Abort();

    /// <summary>Says why, then ends the connection; cuts it when it does not go in time. Again: changes nothing.</summary>
    public Task Close(string code)
    {
        bool drains;
        lock (Gate)
        {
            if (_closeCode is not null) return Task.CompletedTask;
            drains = EndWith(code);
        }

        if (drains) Drain();
        return Task.CompletedTask;
    }

    /// <summary>Sends a frame, or lets it wait.</summary>
    protected void Enqueue(LiveFrame frame)
    {
        bool drains;
        lock (Gate) drains = Place(frame);
        if (drains) Drain();
    }

    /// <summary>Gives a frame its place in the order, under the gate. True obliges to <see cref="Drain"/> once the gate is left: until then nothing goes out, and what is placed meanwhile goes with it.</summary>
    protected bool Place(LiveFrame frame)
    {
        if (_closeCode is not null) return false;
        if (_only is null && _more is not { Count: > 0 }) _only = frame;
        else if (1 + (_more?.Count ?? 0) < node.Options.QueueFramesMax && _bytes + frame.Bytes <= node.Options.QueueBytesMax && node.MayWait(frame.Bytes)) (_more ??= new()).Enqueue(frame);
        else return EndWith(RealtimeRefusals.SlowConsumer.Code);
        _bytes += frame.Bytes;
        node.Waits(frame.Bytes);
        return Begin();
    }

    /// <summary>Takes note that the connection is gone: nothing more goes out.</summary>
    protected void Silence()
    {
        lock (Gate)
        {
            _closeCode = "";
            Drop();
        }
    }

    /// <summary>Sends what waits, and whatever comes to wait meanwhile.</summary>
    public void Drain()
    {
        try
        {
            while (Next() is { } frame)
            {
                var written = Write(frame);
                if (written.IsCompletedSuccessfully) continue;
                _ = DrainSlowly(written);
                return;
            }
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    /// <summary>Nothing waits any more. Called outside the gate, each time that all has gone out.</summary>
    protected virtual void Drained()
    {
    }

    private bool Begin()
    {
        if (_writing) return false;
        return _writing = true;
    }

    private bool EndWith(string code)
    {
        _closeCode = code;
        Drop();
        _only = LiveFrame.Closing(code);
        LogClosing(node.Log, code);
        node.CutLater(Abort);
        return Begin();
    }

    private void Drop()
    {
        node.Waits(-_bytes);
        (_only, _more, _bytes) = (null, null, 0);
    }

    private async Task DrainSlowly(ValueTask written)
    {
        try
        {
            await written;
            while (Next() is { } frame) await Write(frame);
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private LiveFrame? Next()
    {
        string? closed;
        lock (Gate)
        {
            if (_only is not null)
            {
                var frame = _more is null ? _only : JoinedFrames.Of(_only, _more);
                Drop();
                return frame;
            }

            _writing = false;
            closed = _closeCode;
        }

        if (closed is { Length: > 0 }) _ = End(mayReconnect: closed != RealtimeRefusals.SessionEnded.Code).AsTask();
        else Drained();
        return null;
    }

    // The socket is gone; its end is noticed by whoever reads from it.
    private void Fail(Exception fault)
    {
        LogNotWritten(node.Log, fault.Message);
        Silence();
        Abort();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Closing a connection: {Code}")]
    private static partial void LogClosing(ILogger log, string code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection took no more: {Cause}")]
    private static partial void LogNotWritten(ILogger log, string cause);
}
