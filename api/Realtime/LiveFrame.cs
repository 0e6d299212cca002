using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace OrleansSocial.Realtime;

/// <summary>What goes out to a connection in one piece: the same bytes for every connection that gets it.</summary>
internal sealed class LiveFrame
{
    private const byte Separator = 0x1e;

    private readonly byte[] _hub;
    private readonly Func<byte[]> _makeStream;
    private byte[]? _stream;

    private LiveFrame(byte[] hub, Func<byte[]> makeStream)
    {
        (_hub, _makeStream) = (hub, makeStream);
        Message = new SerializedHubMessage([new SerializedMessage(LiveProtocol.ProtocolName, _hub)]);
    }

    /// <summary>The frame for a hub connection, already in the hub's protocol.</summary>
    public SerializedHubMessage Message { get; }

    /// <summary>How much room it takes while it waits.</summary>
    public int Bytes => _hub.Length;

    /// <summary>The frame for an event stream.</summary>
    public ReadOnlyMemory<byte> Stream => _stream ??= _makeStream();

    /// <summary>One event.</summary>
    public static LiveFrame Of(LiveEvent happened)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(happened, SocialJson.Options);
        return new(Call("event"u8, json), () => StreamEvent(happened.Type, json, null));
    }

    /// <summary>Several events, one after the other.</summary>
    public static LiveFrame Of(IReadOnlyList<LiveFrame> frames) => new(
        Join(frames, f => f._hub),
        () => Join(frames, f => f.Stream));

    /// <summary>A position: everything before it went out before this frame.</summary>
    public static LiveFrame Position(string cursor) => WithCursor("position", cursor);

    /// <summary>The connection's cursor could not be carried on: everything cached is to be dropped, and this is where to go on.</summary>
    public static LiveFrame Reset(string cursor) => WithCursor("reset", cursor);

    /// <summary>Says why the connection is about to be closed.</summary>
    public static LiveFrame Closing(string code)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(code, SocialJson.Options);
        return new(Call("closing"u8, json), () => StreamEvent("closing", [.. "{\"code\":"u8, .. json, (byte)'}'], null));
    }

    /// <summary>Nothing, for a stream that must not fall silent.</summary>
    public static readonly LiveFrame Heartbeat = new([], () => ": \n\n"u8.ToArray());

    private static byte[] Join(IReadOnlyList<LiveFrame> frames, Func<LiveFrame, ReadOnlyMemory<byte>> of)
    {
        var joined = new byte[frames.Sum(frame => of(frame).Length)];
        var at = 0;
        foreach (var frame in frames)
        {
            of(frame).CopyTo(joined.AsMemory(at));
            at += of(frame).Length;
        }

        return joined;
    }

    private static LiveFrame WithCursor(string name, string cursor)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(cursor, SocialJson.Options);
        return new(Call(Encoding.ASCII.GetBytes(name), json), () => StreamEvent(name, [.. "{\"cursor\":"u8, .. json, (byte)'}'], cursor));
    }

    private static byte[] Call(ReadOnlySpan<byte> target, ReadOnlySpan<byte> argument)
        => [.. "{\"type\":1,\"target\":\""u8, .. target, .. "\",\"arguments\":["u8, .. argument, .. "]}"u8, Separator];

    // JSON as it is written here holds no line break, so it is one data line.
    private static byte[] StreamEvent(string name, ReadOnlySpan<byte> json, string? id)
        => [.. Encoding.UTF8.GetBytes(id is null ? $"event: {name}\ndata: " : $"id: {id}\nevent: {name}\ndata: "), .. json, .. "\n\n"u8];
}

/// <summary>Makes one frame of those that wait for a connection, and gives the same one to the next connection for which the same ones wait.</summary>
internal static class JoinedFrames
{
    [ThreadStatic]
    private static Join? s_last;

    /// <summary>The frames as one.</summary>
    public static LiveFrame Of(LiveFrame first, IReadOnlyCollection<LiveFrame> more)
    {
        if (s_last is { } last && last.Parts.Length == more.Count + 1 && last.Parts[0] == first && more.SequenceEqual(last.Parts.Skip(1))) return last.Frame;
        LiveFrame[] parts = [first, .. more];
        return (s_last = new(parts, LiveFrame.Of(parts))).Frame;
    }

    private sealed record Join(LiveFrame[] Parts, LiveFrame Frame);
}
