using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>
/// Reads what <see cref="WireWriter"/> wrote. Bytes are not trusted: every length is checked against what is left, nothing is
/// allocated by a count alone, and types come from the manifests only.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WireReader
{
    private const int KeptObjectsMax = 1024;

    private byte[] _bytes;
    private int _length;
    private readonly IServiceProvider? _services;
    private int[] _positions = [];
    private object[] _objects = [];
    private int _count;
    private Dictionary<int, object>? _revisited;
    private Dictionary<int, (string Name, Type? Type)>? _types;
    private int _position;
    private int _headerPosition;
    private bool _ended;
    private ulong _announced;
    private int _recorded;

    internal WireReader(byte[] bytes, int length, IServiceProvider? services, ExceptionSerializationOptions exceptions)
    {
        _bytes = bytes;
        _length = length;
        _services = services;
        Exceptions = exceptions;
    }

    internal ExceptionSerializationOptions Exceptions { get; }

    /// <summary>Starts anew on other bytes. Positions count from the start of the array, as the writer counted them.</summary>
    internal void Reset(byte[] bytes, int position, int length)
    {
        if (_count > 0)
        {
            // What was read is not kept alive by its reader, and a huge message leaves no huge table behind.
            if (_count > KeptObjectsMax) (_positions, _objects) = ([], []);
            else Array.Clear(_objects, 0, _count);
            _count = 0;
        }

        (_bytes, _position, _length) = (bytes, position, length);
        _revisited = null;
        _types?.Clear();
        _headerPosition = 0;
        _ended = false;
        _announced = 0;
        _recorded = 0;
        UnknownType = null;
    }

    internal int Remaining => _length - _position;

    /// <summary>Where the header of the field that is being read stands.</summary>
    internal int HeaderPosition => _headerPosition;

    /// <summary>The name of the last type that no manifest knows.</summary>
    internal string? UnknownType { get; private set; }

    internal IGrainFactory Grains => _services?.GetService<IGrainFactory>()
        ?? throw new SerializerException("Grain references can be read only by the serializer of a silo or client.");

    /// <summary>Moves to the next field of this level. False at the end of the level, whose end is then read.</summary>
    /// <param name="id">The id of the field before it; zero at first.</param>
    /// <param name="wire">What follows.</param>
    public bool Next(ref uint id, out WireType wire)
    {
        wire = WireType.End;
        if (_ended) return false;
        _headerPosition = _position;
        var header = VarInt();
        wire = (WireType)(header & 7);
        var delta = header >> 3;
        if (wire == WireType.End)
        {
            if (delta > 1) throw Malformed("an end of another kind");
            _ended = delta == 0;
            return false;
        }

        if (delta + id > uint.MaxValue) throw Malformed("an id that is too large");
        id += (uint)delta;
        return true;
    }

    /// <summary>Passes over what is left of an object, whose levels may be more than the reader knows.</summary>
    public void EndObject()
    {
        uint id = 0;
        while (!_ended)
            if (Next(ref id, out var wire)) Skip(wire);
        _ended = false;
    }

    /// <summary>Passes over a field.</summary>
    public void Skip(WireType wire)
    {
        var depth = 0;
        while (true)
        {
            switch (wire)
            {
                case WireType.VarInt or WireType.Reference:
                    VarInt();
                    break;
                case WireType.Fixed32:
                    Take(4);
                    break;
                case WireType.Fixed64:
                    Take(8);
                    break;
                case WireType.Bytes:
                    Bytes();
                    break;
                case WireType.Object:
                    if (VarInt() == 1) Bytes();
                    depth++;
                    break;
            }

            if (depth == 0) return;
            var header = VarInt();
            wire = (WireType)(header & 7);
            if (wire == WireType.End && header >> 3 == 0) depth--;
            if (depth == 0) return;
        }
    }

    /// <summary>Remembers an object by its position, for references to it.</summary>
    public void Record(int position, object value)
    {
        if (++_recorded > (_length * 2L) + 1) throw Malformed("more references than objects");

        // Objects are met in the order in which they stand, except when a reference leads back to one that was skipped.
        if (_count > 0 && _positions[_count - 1] >= position)
        {
            (_revisited ??= [])[position] = value;
            return;
        }

        if (_count == _positions.Length)
        {
            Array.Resize(ref _positions, Math.Max(4, _count * 2));
            Array.Resize(ref _objects, Math.Max(4, _count * 2));
        }

        _positions[_count] = position;
        _objects[_count++] = value;
    }

    /// <summary>Reads an integer in seven-bit groups.</summary>
    public ulong VarInt()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _length) throw Truncated();
            var next = _bytes[_position++];
            if (shift == 63 && next > 1) throw Malformed("an integer that is too large");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Malformed("an integer that does not end");
    }

    internal static SerializerException Malformed(string what) => new($"The bytes are malformed: they hold {what}.");

    internal static void Expect(WireType found, WireType expected)
    {
        if (found != expected) throw Malformed($"{found} where {expected} belongs");
    }

    internal byte Byte() => Take(1)[0];

    internal uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    internal ReadOnlySpan<byte> Bytes()
    {
        var length = VarInt();
        if (length > (ulong)Remaining) throw Truncated();
        return Take((int)length);
    }

    internal ReadOnlySpan<byte> Bytes(int length)
    {
        var bytes = Bytes();
        return bytes.Length == length ? bytes : throw Malformed($"{bytes.Length} bytes where {length} belong");
    }

    internal string Text() => WireText.Decode(Bytes());

    /// <summary>Reads a count of elements; more than there are bytes left for is an error.</summary>
    internal int Count(WireType wire)
    {
        Expect(wire, WireType.VarInt);
        var count = VarInt();
        if (count > (ulong)Remaining) throw Truncated();
        Announce(count);
        return (int)count;
    }

    /// <summary>
    /// Refuses more elements than there are bytes. All announcements count together, as collections inside collections could
    /// each announce what is left; twice the bytes leaves room for what a reference leads back to.
    /// </summary>
    internal void Announce(ulong count)
    {
        _announced = checked(_announced + count);
        if (_announced > ((ulong)_length * 2) + 1) throw Malformed("more elements than bytes");
    }

    /// <summary>Reads the type of an object. Null: the one that is expected. An unknown type gives <see cref="Unknown"/>.</summary>
    internal Type? TypeMarker()
    {
        var marker = VarInt();
        if (marker == 0) return null;
        if (marker == 1) return TypeAt(_position, advance: true);
        if (marker - 2 >= (ulong)_position) throw Malformed("a type that comes later");
        return TypeAt((int)(marker - 2), advance: false);
    }

    /// <summary>The object that a reference means.</summary>
    internal T Resolve<T>(Codec<T> codec)
    {
        var target = VarInt();
        if (target >= (ulong)_headerPosition) throw Malformed("a reference to what comes later");
        var position = (int)target;
        var index = Array.BinarySearch(_positions, 0, _count, position);
        var found = index >= 0 ? _objects[index] : _revisited?.GetValueOrDefault(position);
        if (found is null) return Revisit(codec, position);
        return found is T value ? value : throw Malformed($"a reference to {found.GetType()} where {typeof(T)} belongs");
    }

    internal Exception NoCodec() =>
        new SerializerException($"The bytes hold the type \"{UnknownType}\", which no manifest of this process knows.");

    // The first occurrence was inside a field that this version does not know.
    private T Revisit<T>(Codec<T> codec, int position)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var (back, backHeader, ended) = (_position, _headerPosition, _ended);
        (_position, _headerPosition, _ended) = (position, position, false);
        var wire = (WireType)(VarInt() & 7);
        Expect(wire, WireType.Object);
        _revisited ??= [];
        var value = codec.Read(this, wire);
        if (value is not null) _revisited[position] = value;
        (_position, _headerPosition, _ended) = (back, backHeader, ended);
        return value;
    }

    private Type TypeAt(int position, bool advance)
    {
        if (advance || _types?.TryGetValue(position, out var known) != true)
        {
            var back = _position;
            _position = position;
            var name = Text();
            if (!advance) _position = back;
            known = (name, TypeNames.Resolve(name, Exceptions));
            (_types ??= [])[position] = known;
        }

        if (known.Type is null) UnknownType = known.Name;
        return known.Type ?? typeof(Unknown);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Remaining < count) throw Truncated();
        var taken = _bytes.AsSpan(_position, count);
        _position += count;
        return taken;
    }

    private static SerializerException Truncated() => new("The bytes end too early.");

    /// <summary>Stands for a type that no manifest knows.</summary>
    internal sealed class Unknown;
}
