using System.Buffers.Binary;
using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Numerics;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Integers without sign: any width may be read as any other that holds the value.</summary>
internal sealed class UnsignedCodec<T> : Codec<T>
    where T : struct, IBinaryInteger<T>
{
    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        writer.Header(idDelta, WireType.VarInt);
        writer.VarInt(ulong.CreateTruncating(value));
    }

    public override T Read(WireReader reader, WireType wire)
    {
        WireReader.Expect(wire, WireType.VarInt);
        return T.CreateChecked(reader.VarInt());
    }
}

/// <summary>Integers with sign, small ones of either sign in few bytes.</summary>
internal sealed class SignedCodec<T> : Codec<T>
    where T : struct, IBinaryInteger<T>
{
    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        writer.Header(idDelta, WireType.VarInt);
        writer.VarInt(ZigZag.Encode(long.CreateTruncating(value)));
    }

    public override T Read(WireReader reader, WireType wire)
    {
        WireReader.Expect(wire, WireType.VarInt);
        return T.CreateChecked(ZigZag.Decode(reader.VarInt()));
    }
}

internal static class ZigZag
{
    public static ulong Encode(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long Decode(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}

/// <summary>Enumerations, as their underlying integers.</summary>
internal sealed class EnumCodec<TEnum, TUnderlying> : Codec<TEnum>
    where TEnum : struct, Enum
    where TUnderlying : struct
{
    private readonly Codec<TUnderlying> _underlying = CodecOf<TUnderlying>.Instance;

    public override void Write(WireWriter writer, uint idDelta, TEnum value) =>
        _underlying.Write(writer, idDelta, System.Runtime.CompilerServices.Unsafe.As<TEnum, TUnderlying>(ref value));

    public override TEnum Read(WireReader reader, WireType wire)
    {
        var value = _underlying.Read(reader, wire);
        return System.Runtime.CompilerServices.Unsafe.As<TUnderlying, TEnum>(ref value);
    }
}

/// <summary>Values that one integer says.</summary>
internal sealed class NumberCodec<T>(Func<T, ulong> encode, Func<ulong, T> decode) : Codec<T>
{
    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        writer.Header(idDelta, WireType.VarInt);
        writer.VarInt(encode(value));
    }

    public override T Read(WireReader reader, WireType wire)
    {
        WireReader.Expect(wire, WireType.VarInt);
        return decode(reader.VarInt());
    }
}

internal sealed class SingleCodec : Codec<float>
{
    public override void Write(WireWriter writer, uint idDelta, float value)
    {
        writer.Header(idDelta, WireType.Fixed32);
        writer.Fixed32(BitConverter.SingleToUInt32Bits(value));
    }

    public override float Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Fixed32) return BitConverter.UInt32BitsToSingle(reader.Fixed32());
        WireReader.Expect(wire, WireType.Fixed64);
        var wide = BitConverter.UInt64BitsToDouble(reader.Fixed64());
        var narrow = (float)wide;
        return double.IsFinite(wide) && !float.IsFinite(narrow) ? throw WireReader.Malformed("a number too large for a float") : narrow;
    }
}

internal sealed class DoubleCodec : Codec<double>
{
    public override void Write(WireWriter writer, uint idDelta, double value)
    {
        writer.Header(idDelta, WireType.Fixed64);
        writer.Fixed64(BitConverter.DoubleToUInt64Bits(value));
    }

    public override double Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Fixed32) return BitConverter.UInt32BitsToSingle(reader.Fixed32());
        WireReader.Expect(wire, WireType.Fixed64);
        return BitConverter.UInt64BitsToDouble(reader.Fixed64());
    }
}

/// <summary>Structs that a fixed number of bytes says.</summary>
internal abstract class FixedBytesCodec<T>(int size) : Codec<T>
{
    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        writer.Header(idDelta, WireType.Bytes);
        Span<byte> bytes = stackalloc byte[16];
        Encode(value, bytes[..size]);
        writer.Bytes(bytes[..size]);
    }

    public override T Read(WireReader reader, WireType wire)
    {
        WireReader.Expect(wire, WireType.Bytes);
        return Decode(reader.Bytes(size));
    }

    protected abstract void Encode(T value, Span<byte> bytes);

    protected abstract T Decode(ReadOnlySpan<byte> bytes);
}

internal sealed class GuidCodec() : FixedBytesCodec<Guid>(16)
{
    protected override void Encode(Guid value, Span<byte> bytes) => value.TryWriteBytes(bytes, bigEndian: true, out _);

    protected override Guid Decode(ReadOnlySpan<byte> bytes) => new(bytes, bigEndian: true);
}

internal sealed class DecimalCodec() : FixedBytesCodec<decimal>(16)
{
    protected override void Encode(decimal value, Span<byte> bytes)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * 4)..], parts[i]);
    }

    protected override decimal Decode(ReadOnlySpan<byte> bytes)
    {
        Span<int> parts = stackalloc int[4];
        for (var i = 0; i < 4; i++) parts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * 4)..]);
        return new decimal(parts);
    }
}

internal sealed class UInt128Codec() : FixedBytesCodec<UInt128>(16)
{
    protected override void Encode(UInt128 value, Span<byte> bytes) => BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);

    protected override UInt128 Decode(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128LittleEndian(bytes);
}

internal sealed class Int128Codec() : FixedBytesCodec<Int128>(16)
{
    protected override void Encode(Int128 value, Span<byte> bytes) => BinaryPrimitives.WriteInt128LittleEndian(bytes, value);

    protected override Int128 Decode(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt128LittleEndian(bytes);
}

internal sealed class DateTimeOffsetCodec() : FixedBytesCodec<DateTimeOffset>(10)
{
    protected override void Encode(DateTimeOffset value, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.Ticks);
        BinaryPrimitives.WriteInt16LittleEndian(bytes[8..], (short)value.TotalOffsetMinutes);
    }

    protected override DateTimeOffset Decode(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(bytes), TimeSpan.FromMinutes(BinaryPrimitives.ReadInt16LittleEndian(bytes[8..])));
}

/// <summary>A time keeps its kind, and its clock reading whatever the zone of the reader.</summary>
internal sealed class DateTimeCodec : Codec<DateTime>
{
    private const ulong TicksMask = 0x3FFF_FFFF_FFFF_FFFF;

    public override void Write(WireWriter writer, uint idDelta, DateTime value)
    {
        writer.Header(idDelta, WireType.Fixed64);
        writer.Fixed64((ulong)value.Ticks | ((ulong)value.Kind << 62));
    }

    public override DateTime Read(WireReader reader, WireType wire)
    {
        WireReader.Expect(wire, WireType.Fixed64);
        var bits = reader.Fixed64();
        return new DateTime((long)(bits & TicksMask), (DateTimeKind)(bits >> 62));
    }
}

internal sealed class BigIntegerCodec : Codec<BigInteger>
{
    public override void Write(WireWriter writer, uint idDelta, BigInteger value)
    {
        writer.Header(idDelta, WireType.Bytes);
        writer.Bytes(value.ToByteArray());
    }

    public override BigInteger Read(WireReader reader, WireType wire)
    {
        WireReader.Expect(wire, WireType.Bytes);
        return new BigInteger(reader.Bytes());
    }
}

internal sealed class StringCodec : Codec<string>
{
    public override void Write(WireWriter writer, uint idDelta, string value)
    {
        if (value is null)
        {
            writer.Null(idDelta);
            return;
        }

        writer.Header(idDelta, WireType.Bytes);
        writer.Text(value);
    }

    public override string Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Null) return null!;
        WireReader.Expect(wire, WireType.Bytes);
        return reader.Text();
    }
}

/// <summary>Immutable values that a text says.</summary>
internal sealed class TextCodec<T>(Func<T, string> encode, Func<string, T> decode) : Codec<T>
{
    public override void Write(WireWriter writer, uint idDelta, T value)
    {
        if (value is null)
        {
            writer.Null(idDelta);
            return;
        }

        writer.Header(idDelta, WireType.Bytes);
        writer.Text(encode(value));
    }

    public override T Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Null) return default!;
        WireReader.Expect(wire, WireType.Bytes);
        return decode(reader.Text());
    }
}

internal sealed class TypeCodec : Codec<Type>
{
    public override void Write(WireWriter writer, uint idDelta, Type value)
    {
        if (value is null)
        {
            writer.Null(idDelta);
            return;
        }

        writer.Header(idDelta, WireType.Bytes);
        writer.Text(TypeNames.NameOf(value));
    }

    public override Type Read(WireReader reader, WireType wire)
    {
        if (wire == WireType.Null) return null!;
        WireReader.Expect(wire, WireType.Bytes);
        var name = reader.Text();
        return TypeNames.Resolve(name, reader.Exceptions) ?? throw new SerializerException($"No manifest of this process knows the type \"{name}\".");
    }
}

internal sealed class NullableCodec<T> : Codec<T?>
    where T : struct
{
    private readonly Codec<T> _value = CodecOf<T>.Instance;

    public override void Write(WireWriter writer, uint idDelta, T? value)
    {
        if (value is { } some) _value.Write(writer, idDelta, some);
        else writer.Null(idDelta);
    }

    public override T? Read(WireReader reader, WireType wire) => wire == WireType.Null ? null : _value.Read(reader, wire);
}

/// <summary>The value of the token stays with its process; what crosses is a token that is never cancelled.</summary>
internal sealed class CancellationTokenCodec : Codec<CancellationToken>
{
    public override void Write(WireWriter writer, uint idDelta, CancellationToken value) => writer.Null(idDelta);

    public override CancellationToken Read(WireReader reader, WireType wire)
    {
        reader.Skip(wire);
        return default;
    }
}

/// <summary>Codecs of the types that one number or text says.</summary>
internal static class ScalarCodecs
{
    private static readonly Dictionary<Type, Func<Codec>> s_codecs = new()
    {
        [typeof(bool)] = () => new NumberCodec<bool>(v => v ? 1u : 0u, v => v <= 1 ? v == 1 : throw WireReader.Malformed("neither true nor false")),
        [typeof(char)] = () => new UnsignedCodec<char>(),
        [typeof(byte)] = () => new UnsignedCodec<byte>(),
        [typeof(ushort)] = () => new UnsignedCodec<ushort>(),
        [typeof(uint)] = () => new UnsignedCodec<uint>(),
        [typeof(ulong)] = () => new UnsignedCodec<ulong>(),
        [typeof(nuint)] = () => new UnsignedCodec<nuint>(),
        [typeof(sbyte)] = () => new SignedCodec<sbyte>(),
        [typeof(short)] = () => new SignedCodec<short>(),
        [typeof(int)] = () => new SignedCodec<int>(),
        [typeof(long)] = () => new SignedCodec<long>(),
        [typeof(nint)] = () => new SignedCodec<nint>(),
        [typeof(float)] = () => new SingleCodec(),
        [typeof(double)] = () => new DoubleCodec(),
        [typeof(Half)] = () => new NumberCodec<Half>(v => BitConverter.HalfToUInt16Bits(v), v => BitConverter.UInt16BitsToHalf(checked((ushort)v))),
        [typeof(decimal)] = () => new DecimalCodec(),
        [typeof(Int128)] = () => new Int128Codec(),
        [typeof(UInt128)] = () => new UInt128Codec(),
        [typeof(BigInteger)] = () => new BigIntegerCodec(),
        [typeof(string)] = () => new StringCodec(),
        [typeof(Guid)] = () => new GuidCodec(),
        [typeof(DateTime)] = () => new DateTimeCodec(),
        [typeof(DateTimeOffset)] = () => new DateTimeOffsetCodec(),
        [typeof(DateOnly)] = () => new NumberCodec<DateOnly>(v => (ulong)v.DayNumber, v => DateOnly.FromDayNumber(checked((int)v))),
        [typeof(TimeOnly)] = () => new NumberCodec<TimeOnly>(v => (ulong)v.Ticks, v => new TimeOnly(checked((long)v))),
        [typeof(TimeSpan)] = () => new NumberCodec<TimeSpan>(v => ZigZag.Encode(v.Ticks), v => new TimeSpan(ZigZag.Decode(v))),
        [typeof(BitVector32)] = () => new NumberCodec<BitVector32>(v => (uint)v.Data, v => new BitVector32((int)checked((uint)v))),
        [typeof(Uri)] = () => new TextCodec<Uri>(v => v.OriginalString, v => new Uri(v, UriKind.RelativeOrAbsolute)),
        [typeof(Version)] = () => new TextCodec<Version>(v => v.ToString(), Version.Parse),
        [typeof(CultureInfo)] = () => new TextCodec<CultureInfo>(v => v.Name, CultureInfo.GetCultureInfo),
        [typeof(CompareInfo)] = () => new TextCodec<CompareInfo>(v => v.Name, CompareInfo.GetCompareInfo),
        [typeof(IPAddress)] = () => new TextCodec<IPAddress>(v => v.ToString(), IPAddress.Parse),
        [typeof(GrainId)] = () => new TextCodec<GrainId>(v => v.IsDefault ? "" : v.ToString(), v => v.Length == 0 ? default : GrainId.Parse(v)),
        [typeof(GrainType)] = () => new TextCodec<GrainType>(v => v.ToString(), GrainType.Create),
        [typeof(GrainInterfaceType)] = () => new TextCodec<GrainInterfaceType>(v => v.ToString(), GrainInterfaceType.Create),
        [typeof(IdSpan)] = () => new TextCodec<IdSpan>(
            v => v.ToString(), v => v.Length == 0 ? default : new IdSpan(System.Text.Encoding.UTF8.GetBytes(v))),
        [typeof(SiloAddress)] = () => new TextCodec<SiloAddress>(v => v.ToParsableString(), SiloAddress.FromParsableString),
        [typeof(Type)] = () => new TypeCodec(),
        [typeof(CancellationToken)] = () => new CancellationTokenCodec(),
        [typeof(DBNull)] = () => new NumberCodec<DBNull>(_ => 0, _ => DBNull.Value),
        [typeof(ValueTuple)] = () => new NumberCodec<ValueTuple>(_ => 0, _ => default),
    };

    public static Codec? Create(Type type)
    {
        if (s_codecs.TryGetValue(Canonical(type), out var create)) return create();
        if (!type.IsEnum) return null;
        return (Codec)Activator.CreateInstance(typeof(EnumCodec<,>).MakeGenericType(type, Enum.GetUnderlyingType(type)))!;
    }

    /// <summary>What is met at run time is a private or derived class of these.</summary>
    private static Type Canonical(Type type) =>
        typeof(Type).IsAssignableFrom(type) ? typeof(Type)
        : typeof(CultureInfo).IsAssignableFrom(type) ? typeof(CultureInfo)
        : typeof(Uri).IsAssignableFrom(type) ? typeof(Uri)
        : typeof(IPAddress).IsAssignableFrom(type) ? typeof(IPAddress)
        : type;
}
