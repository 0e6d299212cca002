using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// The caller's side of a request that came from another process: where its outcome goes, and until when anybody waits for it.
/// The first outcome is sent; what comes later, or after the caller's time is up, is dropped.
/// </summary>
internal sealed class InboundCall(
    Connection connection, CallClock clock, ulong number, byte[] sourceType, byte[] sourceKey, int deadline, FrameFlags flags)
{
    private int _over;

    /// <summary>Who made the call.</summary>
    public GrainId Source => GrainId.Create(new GrainType(new IdSpan(sourceType)), new IdSpan(sourceKey));

    /// <summary>The call's number on its connection.</summary>
    public ulong Number => number;

    /// <summary>The connection it came by.</summary>
    public Connection Connection => connection;

    /// <summary>Whether the call was answered, or its caller's time is up.</summary>
    public bool IsOver => Volatile.Read(ref _over) != 0 || clock.Now >= deadline;

    /// <summary>Whether the sender wants this process to pass the call on.</summary>
    public bool IsRelay => (flags & FrameFlags.Relay) != 0;

    /// <summary>The bytes of the caller's identity.</summary>
    public (byte[] Type, byte[] Key) SourceBytes => (sourceType, sourceKey);

    private bool IsOneWay => (flags & FrameFlags.OneWay) != 0;

    /// <summary>The request, when its caller may cancel it.</summary>
    public Request? Cancellable { get; set; }

    /// <summary>Milliseconds that the caller still waits; -1 for ever.</summary>
    public long Remaining => deadline == int.MaxValue ? -1 : Math.Max(1, (long)(deadline - clock.ReadNow()) * CallClock.UnitMilliseconds);

    /// <summary>The call has ended without a result. False when it was answered before.</summary>
    public bool Complete()
    {
        if (!TryEnd()) return false;
        if (!IsOneWay) connection.SendEmpty(FrameKind.Completed, number, 0);
        return true;
    }

    /// <summary>The call has ended in a result.</summary>
    public bool Complete<T>(T value)
    {
        if (!TryEnd()) return false;
        if (!IsOneWay) connection.SendResult(number, value);
        return true;
    }

    /// <summary>The call has ended in an exception.</summary>
    public bool Fail(Exception exception)
    {
        if (!TryEnd()) return false;
        if (!IsOneWay) connection.SendFailure(number, exception);
        return true;
    }

    /// <summary>The call is not run here. False for those that cannot be given back.</summary>
    public bool Moved(long viewVersion)
    {
        if (IsOneWay || IsRelay || !TryEnd()) return false;
        connection.SendEmpty(FrameKind.Moved, number, viewVersion);
        return true;
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _over, 1) != 0) return false;
        if (Cancellable is not null) connection.Forget(this);
        return true;
    }
}
