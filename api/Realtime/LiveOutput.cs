using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>The way out to one connection: frames go one at a time, those that must wait stand in a bounded queue.</summary>
/// <remarks>Invariants:
/// 1. Frames go out one at a time in the order in which they came.
/// 2. At most the configured number of frames waits; one more closes the connection with a resumable code.
/// 3. After the code with which it is closed nothing goes out but the end itself.</remarks>
internal abstract partial class LiveOutput(LiveNode node)
{
    private Queue<LiveFrame>? _waiting;
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
        LiveFrame? first = null;
        lock (Gate)
        {
            if (_closeCode is not null) return Task.CompletedTask;
            _closeCode = code;
            _waiting?.Clear();
            var last = LiveFrame.Closing(code);
            if (_writing) (_waiting ??= new()).Enqueue(last);
            else (_writing, first) = (true, last);
        }

        LogClosing(node.Log, code);
        node.CutLater(Abort);
        if (first is not null) Drain(first);
        return Task.CompletedTask;
    }

    /// <summary>Sends a frame, or lets it wait.</summary>
    protected void Enqueue(LiveFrame frame)
    {
        LiveFrame? first;
        lock (Gate) first = Place(frame);
        if (first is not null) Drain(first);
    }

    /// <summary>Gives a frame its place in the order, under the gate. A frame that comes back is the first of those that now go out: it is for <see cref="Drain"/>, once the gate is left.</summary>
    protected LiveFrame? Place(LiveFrame frame)
    {
        if (_closeCode is not null) return null;
        if (!_writing)
        {
            _writing = true;
            return frame;
        }

        if ((_waiting ??= new()).Count < node.Options.QueueFramesMax) _waiting.Enqueue(frame);
        else Close(RealtimeRefusals.SlowConsumer.Code);
        return null;
    }

    /// <summary>Takes note that the connection is gone: nothing more goes out.</summary>
    protected void Silence()
    {
        lock (Gate) _closeCode = "";
    }

    /// <summary>Writes a frame that <see cref="Place"/> gave back, and whatever has come to wait behind it.</summary>
    protected void Drain(LiveFrame first)
    {
        try
        {
            for (var frame = first; frame is not null; frame = Next())
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
            if (_waiting is not null && _waiting.TryDequeue(out var frame)) return frame;
            if (_waiting?.Capacity > 64) _waiting = null;
            _writing = false;
            closed = _closeCode;
        }

        if (closed is { Length: > 0 }) _ = End(mayReconnect: closed != RealtimeRefusals.SessionEnded.Code).AsTask();
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
