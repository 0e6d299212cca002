using System.Buffers.Binary;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The bodies of control messages, byte by byte. What cannot be read is a <see cref="FormatException"/>.</summary>
internal static class ControlBody
{
    private const int VersionBytes = sizeof(long);

    public static byte[] View(long version)
    {
        var body = new byte[VersionBytes];
        BinaryPrimitives.WriteInt64LittleEndian(body, version);
        return body;
    }

    public static long ReadView(ReadOnlySpan<byte> body) => body.Length == VersionBytes
        ? BinaryPrimitives.ReadInt64LittleEndian(body)
        : throw new FormatException($"The version of a view has {VersionBytes} bytes, not {body.Length}.");

    public static byte[] Release(long version, GrainId grainId)
    {
        var type = grainId.Type.AsSpan();
        var key = grainId.Key.AsSpan();
        var body = new byte[VersionBytes + sizeof(int) + type.Length + key.Length];
        BinaryPrimitives.WriteInt64LittleEndian(body, version);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(VersionBytes), type.Length);
        type.CopyTo(body.AsSpan(VersionBytes + sizeof(int)));
        key.CopyTo(body.AsSpan(VersionBytes + sizeof(int) + type.Length));
        return body;
    }

    public static (long Version, GrainId Grain) ReadRelease(ReadOnlySpan<byte> body)
    {
        if (body.Length < VersionBytes + sizeof(int)) throw new FormatException($"A release has more than {body.Length} bytes.");
        var version = BinaryPrimitives.ReadInt64LittleEndian(body);
        var length = BinaryPrimitives.ReadInt32LittleEndian(body[VersionBytes..]);
        var text = body[(VersionBytes + sizeof(int))..];
        if (length <= 0 || length >= text.Length) throw new FormatException($"A grain type of {length} bytes does not fit into {text.Length}.");
        return (version, new GrainId(new GrainType(new IdSpan(text[..length].ToArray())), new IdSpan(text[length..].ToArray())));
    }
}
