using Orleans.Serialization;

namespace Orleans.Bundled;

internal sealed class ArrayCodec<T> : ElementsCodec<T[], T>
{
    protected override int Count(T[] value) => value.Length;

    protected override T[] ReadContent(WireReader reader, int position)
    {
        T[]? value = null;
        var at = 0;
        var count = 0;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) count = reader.Count(wire);
            else if (id == CollectionFields.Elements)
            {
                if (value is null) reader.Record(position, value = new T[count]);
                if (at == count) throw WireReader.Malformed("more elements than were announced");
                value[at++] = Element.Read(reader, wire);
            }
            else reader.Skip(wire);
        }

        reader.EndObject();
        if (at != count) throw WireReader.Malformed("fewer elements than were announced");
        if (value is null) reader.Record(position, value = []);
        return value;
    }
}

/// <summary>Bytes stand together: field 0 holds all of them.</summary>
internal sealed class ByteArrayCodec : ObjectCodec<byte[]>
{
    protected override void WriteContent(WireWriter writer, byte[] value)
    {
        writer.Header(0, WireType.Bytes);
        writer.Bytes(value);
        writer.End();
    }

    protected override byte[] ReadContent(WireReader reader, int position)
    {
        byte[] value = [];
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0 && wire == WireType.Bytes) value = reader.Bytes().ToArray();
            else reader.Skip(wire);
        }

        reader.EndObject();
        reader.Record(position, value);
        return value;
    }
}

/// <summary>Field 0, repeated, holds the lengths; field 2 the elements in row-major order. Lower bounds are zero.</summary>
internal sealed class MultiDimensionalArrayCodec<TArray, T> : ObjectCodec<TArray>
    where TArray : class
{
    private Codec<T>? _element;

    protected override void WriteContent(WireWriter writer, TArray value)
    {
        _element ??= CodecOf<T>.Instance;
        var array = (Array)(object)value;
        for (var d = 0; d < array.Rank; d++)
        {
            if (array.GetLowerBound(d) != 0) throw new SerializerException("An array whose lower bounds are not zero cannot be serialized.");
            writer.Header(0, WireType.VarInt);
            writer.VarInt((ulong)array.GetLength(d));
        }

        uint last = 0;
        foreach (T element in array)
        {
            _element.Write(writer, CollectionFields.Elements - last, element);
            last = CollectionFields.Elements;
        }

        writer.End();
    }

    protected override TArray ReadContent(WireReader reader, int position)
    {
        _element ??= CodecOf<T>.Instance;
        var lengths = new int[typeof(TArray).GetArrayRank()];
        var known = 0;
        Array? array = null;
        int[] at = [];
        var more = false;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0 && known < lengths.Length)
            {
                WireReader.Expect(wire, WireType.VarInt);
                lengths[known++] = checked((int)reader.VarInt());
            }
            else if (id == CollectionFields.Elements)
            {
                if (array is null)
                {
                    array = Create(reader, lengths, known, position);
                    at = new int[lengths.Length];
                    more = array.Length > 0;
                }

                if (!more) throw WireReader.Malformed("more elements than were announced");
                array.SetValue(_element.Read(reader, wire), at);
                more = MultiDimensionalArrayCopier<TArray, T>.Next(array, at);
            }
            else reader.Skip(wire);
        }

        reader.EndObject();
        array ??= Create(reader, lengths, known, position);
        return more || (at.Length == 0 && array.Length > 0)
            ? throw WireReader.Malformed("fewer elements than were announced")
            : (TArray)(object)array;
    }

    private static Array Create(WireReader reader, int[] lengths, int known, int position)
    {
        if (known != lengths.Length) throw WireReader.Malformed("fewer lengths than dimensions");
        var total = 1L;
        foreach (var length in lengths) total = checked(total * length);
        reader.Announce((ulong)total);
        var array = Array.CreateInstance(typeof(T), lengths);
        reader.Record(position, array);
        return array;
    }
}

/// <summary>What the compiler makes of a collection expression is written as an array.</summary>
internal sealed class ListLikeCodec<TList, T> : Codec<TList>
    where TList : class, IEnumerable<T>
{
    public override bool IsTracked => true;

    internal override Type NamedAs => typeof(T[]);

    public override void Write(WireWriter writer, uint idDelta, TList value)
    {
        if (value is null) writer.Null(idDelta);
        else Codecs.WriteRuntime(writer, idDelta, value);
    }

    public override TList Read(WireReader reader, WireType wire) =>
        throw WireReader.Malformed($"{typeof(TList)}, which is always written as an array");

    internal override void WriteNamed(WireWriter writer, object value) =>
        CodecOf<T[]>.Instance.WriteNamed(writer, ((IEnumerable<T>)value).ToArray());
}
