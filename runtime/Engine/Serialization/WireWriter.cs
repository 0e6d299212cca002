using System.Buffers;
using System.Buffers.Binary;
using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>What follows a field's header. Every kind can be skipped without knowing the field.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum WireType
{
    /// <summary>An integer in seven-bit groups.</summary>
    VarInt = 0,

    /// <summary>Four bytes.</summary>
    Fixed32 = 1,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 2,

    /// <summary>A length and that many bytes.</summary>
    Bytes = 3,

    /// <summary>A type marker and fields up to <see cref="End"/>.</summary>
    Object = 4,

    /// <summary>The position of an object that stands earlier in the same bytes.</summary>
    Reference = 5,

    /// <summary>Nothing.</summary>
    Null = 6,

    /// <summary>The end of an object, or of one level of its inheritance chain.</summary>
    End = 7,
}

/// <summary>
/// Writes fields: each has a header of its id, as the distance from the field before it, and its <see cref="WireType"/>. Objects
/// and type names that occur again are written as the position of their first occurrence, so a reader that skipped that one can
/// go back for it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WireWriter
{
    private const int KeptBytesMax = 1 << 20;
    private const uint EndOfLevel = 1;

    [ThreadStatic]
    private static WireWriter? t_spare;

    private readonly ReferenceTable _references = new();
    private readonly List<(Type Type, int Position)> _types = [];
    private byte[] _buffer = new byte[256];
    private int _position;

    private WireWriter()
    {
    }

    internal ExceptionSerializationOptions Exceptions { get; private set; } = ExceptionSerializationOptions.Default;

    /// <summary>What was written, for a length that is known only afterwards.</summary>
    internal Span<byte> Writable => _buffer.AsSpan(0, _position);

    internal ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _position);

    internal static WireWriter Rent(ExceptionSerializationOptions exceptions)
    {
        var writer = t_spare ?? new WireWriter();
        t_spare = null;
        writer.Exceptions = exceptions;
        return writer;
    }

    internal void Return()
    {
        if (_buffer.Length > KeptBytesMax) return;
        _position = 0;
        _types.Clear();
        _references.Clear();
        t_spare = this;
    }

    /// <summary>Starts a field.</summary>
    public void Header(uint idDelta, WireType wire) => VarInt(((ulong)idDelta << 3) | (uint)wire);

    /// <summary>Writes a null field.</summary>
    public void Null(uint idDelta) => Header(idDelta, WireType.Null);

    /// <summary>Starts an object whose type is the one that the reader expects.</summary>
    public void Begin(uint idDelta)
    {
        Header(idDelta, WireType.Object);
        VarInt(0);
    }

    /// <summary>Ends one level of an inheritance chain; the next one follows.</summary>
    public void EndLevel() => Header(EndOfLevel, WireType.End);

    /// <summary>Ends an object.</summary>
    public void End() => Header(0, WireType.End);

    /// <summary>Writes an integer in seven-bit groups, the lowest first.</summary>
    public void VarInt(ulong value)
    {
        Reserve(10);
        var buffer = _buffer;
        var at = _position;
        while (value >= 0x80)
        {
            buffer[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[at++] = (byte)value;
        _position = at;
    }

    internal void Byte(byte value)
    {
        Reserve(1);
        _buffer[_position++] = value;
    }

    internal void Fixed32(uint value)
    {
        Reserve(4);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_position), value);
        _position += 4;
    }

    internal void Fixed64(ulong value)
    {
        Reserve(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_position), value);
        _position += 8;
    }

    internal void Bytes(ReadOnlySpan<byte> bytes)
    {
        VarInt((ulong)bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_position));
        _position += bytes.Length;
    }

    /// <summary>Writes text as UTF-8; lone surrogates, which UTF-8 cannot say, as the three bytes that their values would take.</summary>
    internal void Text(string text)
    {
        if (text.Length <= 40)
        {
            // Three bytes a char at most, so the length takes one byte and can be filled in afterwards.
            Reserve(1 + (text.Length * 3));
            if (Utf8.FromUtf16(text, _buffer.AsSpan(_position + 1), out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
            {
                _buffer[_position] = (byte)written;
                _position += written + 1;
                return;
            }
        }

        var bytes = WireText.ByteCount(text);
        VarInt((ulong)bytes);
        Reserve(bytes);
        WireText.Encode(text, _buffer.AsSpan(_position, bytes));
        _position += bytes;
    }

    /// <summary>Writes the position of an object that was written before. False when it was not; the object must follow then.</summary>
    internal bool TryReference(uint idDelta, object value)
    {
        var position = _references.PositionOf(value, _position);
        if (position < 0) return false;
        Header(idDelta, WireType.Reference);
        VarInt((ulong)position);
        return true;
    }

    /// <summary>Starts an object whose type the reader cannot know.</summary>
    internal void Begin(uint idDelta, Type type, string name)
    {
        Header(idDelta, WireType.Object);
        foreach (var (known, position) in _types)
        {
            if (known != type) continue;
            VarInt((ulong)position + 2);
            return;
        }

        VarInt(1);
        _types.Add((type, _position));
        Text(name);
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _position < bytes) Grow(bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        var needed = (uint)_position + (uint)bytes;
        if (needed > (uint)Array.MaxLength) throw new SerializerException("A value takes more than two gigabytes.");
        Array.Resize(ref _buffer, (int)Math.Min(BitOperations.RoundUpToPowerOf2(needed), (uint)Array.MaxLength));
    }
}

/// <summary>Positions of the objects that were written, by identity.</summary>
internal sealed class ReferenceTable
{
    private const int KeptMax = 1024;
    private Dictionary<object, int>? _positions;

    /// <summary>Where the object was written; a negative number, and the object remembered, when it was not.</summary>
    public int PositionOf(object value, int position)
    {
        _positions ??= new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        return _positions.TryAdd(value, position) ? -1 : _positions[value];
    }

    public void Clear()
    {
        if (_positions is { Count: > KeptMax }) _positions = null;
        else _positions?.Clear();
    }
}

/// <summary>UTF-8 that also carries lone surrogates, as text from the outside may hold them.</summary>
internal static class WireText
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public static int ByteCount(string text)
    {
        if (IsWellFormed(text)) return s_strict.GetByteCount(text);
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                count += 4;
                i++;
            }
            else count += text[i] < 0x80 ? 1 : text[i] < 0x800 ? 2 : 3;
        }

        return count;
    }

    public static void Encode(string text, Span<byte> target)
    {
        if (Utf8.FromUtf16(text, target, out _, out _, replaceInvalidSequences: false) == OperationStatus.Done) return;
        var at = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                at += rune.EncodeToUtf8(target[at..]);
                if (!rune.IsBmp) i++;
                continue;
            }

            target[at++] = (byte)(0xE0 | (text[i] >> 12));
            target[at++] = (byte)(0x80 | ((text[i] >> 6) & 0x3F));
            target[at++] = (byte)(0x80 | (text[i] & 0x3F));
        }
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done) text.Append(rune.ToString());
            else if (bytes.Length >= 3 && bytes[0] == 0xED && bytes[1] is >= 0xA0 and <= 0xBF && bytes[2] is >= 0x80 and <= 0xBF)
            {
                text.Append((char)(0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F)));
                used = 3;
            }
            else throw new SerializerException("The bytes of a text are not text.");
            bytes = bytes[used..];
        }

        return text.ToString();
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
