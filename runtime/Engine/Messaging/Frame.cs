using System.Buffers.Binary;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>What one frame of a connection says.</summary>
internal enum FrameKind : byte
{
    /// <summary>A call. Answered unless it is one-way.</summary>
    Request = 1,

    /// <summary>The result of a call.</summary>
    Result = 2,

    /// <summary>The end of a call without a result.</summary>
    Completed = 3,

    /// <summary>The exception that a call ended in.</summary>
    Failure = 4,

    /// <summary>The call was not run: by a view at least this new, another silo owns its target.</summary>
    Moved = 5,

    /// <summary>The caller of a call asks its callee to stop.</summary>
    Cancel = 6,

    /// <summary>A control message between silos.</summary>
    Ask = 7,

    /// <summary>The answer to a control message.</summary>
    Answer = 8,

    /// <summary>The failure of a control message, as text.</summary>
    AskFailed = 9,

    /// <summary>A view of the cluster, from a gateway to its client.</summary>
    View = 10,

    /// <summary>The sender of this frame stops: it answers what it has, and wants no new calls.</summary>
    GoingAway = 11,

    /// <summary>The grain classes of the cluster, from a gateway to its client.</summary>
    GrainTypes = 12,
}

/// <summary>What else a frame of a call says.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>Nobody waits for an answer.</summary>
    OneWay = 1,

    /// <summary>Values of the caller's request context stand before the arguments.</summary>
    HasContext = 2,

    /// <summary>The receiver sends the call on itself: its sender cannot reach the owner, or the target is a client.</summary>
    Relay = 4,
}

/// <summary>
/// The form of frames: four bytes of length, which counts what follows it; one of kind; one of flags; eight of the call's number on
/// this connection; then what the kind says. References inside a frame count from its first byte.
/// </summary>
internal static class Frame
{
    public const int LengthSize = 4;
    public const int KindAt = 4;
    public const int FlagsAt = 5;
    public const int NumberAt = 6;
    public const int HeaderSize = 14;

    /// <summary>Starts a frame in a writer of this thread.</summary>
    public static WireWriter Begin(FrameKind kind, FrameFlags flags, ulong number, ExceptionSerializationOptions exceptions)
    {
        var writer = WireWriter.Rent(exceptions);
        writer.Fixed32(0);
        writer.Byte((byte)kind);
        writer.Byte((byte)flags);
        writer.Fixed64(number);
        return writer;
    }

    /// <summary>The finished frame.</summary>
    public static ReadOnlySpan<byte> End(WireWriter writer)
    {
        var frame = writer.Writable;
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - LengthSize));
        return frame;
    }

    /// <summary>Whether a frame is the outcome of a call, which only a silo that serves may send.</summary>
    public static bool IsOutcome(FrameKind kind) => kind is FrameKind.Result or FrameKind.Completed or FrameKind.Failure;
}
