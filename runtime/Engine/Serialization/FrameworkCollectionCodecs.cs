using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Net;

namespace Orleans.Bundled;

internal sealed class ListCodec<T> : GrowingCodec<List<T>, T>
{
    protected override int Count(List<T> value) => value.Count;

    protected override List<T> Create(int capacity, object? comparer) => new(capacity);

    protected override void Add(List<T> target, T element) => target.Add(element);
}

internal sealed class HashSetCodec<T> : GrowingCodec<HashSet<T>, T>
{
    protected override int Count(HashSet<T> value) => value.Count;

    protected override object? ComparerOf(HashSet<T> value) => value.Comparer;

    protected override HashSet<T> Create(int capacity, object? comparer) => new(capacity, Comparers.Equality<T>(comparer));

    protected override void Add(HashSet<T> target, T element) => target.Add(element);
}

internal sealed class SortedSetCodec<T> : GrowingCodec<SortedSet<T>, T>
{
    protected override object DefaultComparer => Comparer<T>.Default;

    protected override int Count(SortedSet<T> value) => value.Count;

    protected override object? ComparerOf(SortedSet<T> value) => value.Comparer;

    protected override SortedSet<T> Create(int capacity, object? comparer) => new(Comparers.Order<T>(comparer));

    protected override void Add(SortedSet<T> target, T element) => target.Add(element);
}

internal sealed class QueueCodec<T> : GrowingCodec<Queue<T>, T>
{
    protected override int Count(Queue<T> value) => value.Count;

    protected override Queue<T> Create(int capacity, object? comparer) => new(capacity);

    protected override void Add(Queue<T> target, T element) => target.Enqueue(element);
}

internal sealed class StackCodec<T> : GrowingCodec<Stack<T>, T>
{
    protected override int Count(Stack<T> value) => value.Count;

    protected override IEnumerable<T> Elements(Stack<T> value) => value.Reverse();

    protected override Stack<T> Create(int capacity, object? comparer) => new(capacity);

    protected override void Add(Stack<T> target, T element) => target.Push(element);
}

internal sealed class CollectionCodec<T> : GrowingCodec<Collection<T>, T>
{
    protected override int Count(Collection<T> value) => value.Count;

    protected override Collection<T> Create(int capacity, object? comparer) => [];

    protected override void Add(Collection<T> target, T element) => target.Add(element);
}

internal sealed class ConcurrentQueueCodec<T> : GrowingCodec<ConcurrentQueue<T>, T>
{
    protected override int Count(ConcurrentQueue<T> value) => value.Count;

    protected override ConcurrentQueue<T> Create(int capacity, object? comparer) => new();

    protected override void Add(ConcurrentQueue<T> target, T element) => target.Enqueue(element);
}

internal sealed class ReadOnlyCollectionCodec<T> : BuiltCodec<ReadOnlyCollection<T>, T>
{
    protected override int Count(ReadOnlyCollection<T> value) => value.Count;

    protected override ReadOnlyCollection<T> Make(List<T> elements, object? comparer) => new(elements);
}

internal sealed class ImmutableListCodec<T> : BuiltCodec<ImmutableList<T>, T>
{
    protected override int Count(ImmutableList<T> value) => value.Count;

    protected override ImmutableList<T> Make(List<T> elements, object? comparer) => [.. elements];
}

internal sealed class ImmutableHashSetCodec<T> : BuiltCodec<ImmutableHashSet<T>, T>
{
    protected override int Count(ImmutableHashSet<T> value) => value.Count;

    protected override object? ComparerOf(ImmutableHashSet<T> value) => value.KeyComparer;

    protected override ImmutableHashSet<T> Make(List<T> elements, object? comparer) =>
        ImmutableHashSet.CreateRange(Comparers.Equality<T>(comparer), elements);
}

internal sealed class ImmutableSortedSetCodec<T> : BuiltCodec<ImmutableSortedSet<T>, T>
{
    protected override object DefaultComparer => Comparer<T>.Default;

    protected override int Count(ImmutableSortedSet<T> value) => value.Count;

    protected override object? ComparerOf(ImmutableSortedSet<T> value) => value.KeyComparer;

    protected override ImmutableSortedSet<T> Make(List<T> elements, object? comparer) =>
        ImmutableSortedSet.CreateRange(Comparers.Order<T>(comparer), elements);
}

internal sealed class ImmutableQueueCodec<T> : BuiltCodec<ImmutableQueue<T>, T>
{
    protected override int Count(ImmutableQueue<T> value) => value.Count();

    protected override ImmutableQueue<T> Make(List<T> elements, object? comparer) => [.. elements];
}

internal sealed class ImmutableStackCodec<T> : BuiltCodec<ImmutableStack<T>, T>
{
    protected override int Count(ImmutableStack<T> value) => value.Count();

    protected override IEnumerable<T> Elements(ImmutableStack<T> value) => value.Reverse();

    protected override ImmutableStack<T> Make(List<T> elements, object? comparer) => [.. elements];
}

internal sealed class FrozenSetCodec<T> : BuiltCodec<FrozenSet<T>, T>
{
    protected override bool IsExact(FrozenSet<T> value) => true;

    protected override int Count(FrozenSet<T> value) => value.Count;

    protected override object? ComparerOf(FrozenSet<T> value) => value.Comparer;

    protected override FrozenSet<T> Make(List<T> elements, object? comparer) =>
        elements.ToFrozenSet(Comparers.Equality<T>(comparer));
}

internal sealed class DictionaryCodec<TKey, TValue> : PairsCodec<Dictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override object? ComparerOf(Dictionary<TKey, TValue> value) => value.Comparer;

    protected override Dictionary<TKey, TValue>? Create(object? comparer) => new(Comparers.Equality<TKey>(comparer));

    protected override void Add(Dictionary<TKey, TValue> target, TKey key, TValue value) => target.Add(key, value);
}

internal sealed class SortedDictionaryCodec<TKey, TValue> : PairsCodec<SortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override object DefaultComparer => Comparer<TKey>.Default;

    protected override object? ComparerOf(SortedDictionary<TKey, TValue> value) => value.Comparer;

    protected override SortedDictionary<TKey, TValue>? Create(object? comparer) => new(Comparers.Order<TKey>(comparer));

    protected override void Add(SortedDictionary<TKey, TValue> target, TKey key, TValue value) => target.Add(key, value);
}

internal sealed class SortedListCodec<TKey, TValue> : PairsCodec<SortedList<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override object DefaultComparer => Comparer<TKey>.Default;

    protected override object? ComparerOf(SortedList<TKey, TValue> value) => value.Comparer;

    protected override SortedList<TKey, TValue>? Create(object? comparer) => new(Comparers.Order<TKey>(comparer));

    protected override void Add(SortedList<TKey, TValue> target, TKey key, TValue value) => target.Add(key, value);
}

internal sealed class ConcurrentDictionaryCodec<TKey, TValue> : PairsCodec<ConcurrentDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override int Count(ConcurrentDictionary<TKey, TValue> value) => value.Count;

    protected override object? ComparerOf(ConcurrentDictionary<TKey, TValue> value) => value.Comparer;

    protected override ConcurrentDictionary<TKey, TValue>? Create(object? comparer) =>
        new(Comparers.Equality<TKey>(comparer) ?? EqualityComparer<TKey>.Default);

    protected override void Add(ConcurrentDictionary<TKey, TValue> target, TKey key, TValue value) => target[key] = value;
}

internal sealed class ReadOnlyDictionaryCodec<TKey, TValue> : PairsCodec<ReadOnlyDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override object? ComparerOf(ReadOnlyDictionary<TKey, TValue> value) => null;

    protected override ReadOnlyDictionary<TKey, TValue>? Create(object? comparer) => null;

    protected override ReadOnlyDictionary<TKey, TValue> Make(List<KeyValuePair<TKey, TValue>> pairs, object? comparer) =>
        new(new Dictionary<TKey, TValue>(pairs));
}

internal sealed class ImmutableDictionaryCodec<TKey, TValue> : PairsCodec<ImmutableDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override object? ComparerOf(ImmutableDictionary<TKey, TValue> value) => value.KeyComparer;

    protected override ImmutableDictionary<TKey, TValue>? Create(object? comparer) => null;

    protected override ImmutableDictionary<TKey, TValue> Make(List<KeyValuePair<TKey, TValue>> pairs, object? comparer) =>
        ImmutableDictionary.CreateRange(Comparers.Equality<TKey>(comparer), pairs);
}

internal sealed class ImmutableSortedDictionaryCodec<TKey, TValue> : PairsCodec<ImmutableSortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override object DefaultComparer => Comparer<TKey>.Default;

    protected override object? ComparerOf(ImmutableSortedDictionary<TKey, TValue> value) => value.KeyComparer;

    protected override ImmutableSortedDictionary<TKey, TValue>? Create(object? comparer) => null;

    protected override ImmutableSortedDictionary<TKey, TValue> Make(List<KeyValuePair<TKey, TValue>> pairs, object? comparer) =>
        ImmutableSortedDictionary.CreateRange(Comparers.Order<TKey>(comparer), pairs);
}

internal sealed class FrozenDictionaryCodec<TKey, TValue> : PairsCodec<FrozenDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override bool IsExact(FrozenDictionary<TKey, TValue> value) => true;

    protected override int Count(FrozenDictionary<TKey, TValue> value) => value.Count;

    protected override object? ComparerOf(FrozenDictionary<TKey, TValue> value) => value.Comparer;

    protected override FrozenDictionary<TKey, TValue>? Create(object? comparer) => null;

    protected override FrozenDictionary<TKey, TValue> Make(List<KeyValuePair<TKey, TValue>> pairs, object? comparer) =>
        pairs.ToFrozenDictionary(Comparers.Equality<TKey>(comparer));
}

internal sealed class ImmutableArrayCodec<T> : Codec<ImmutableArray<T>>
{
    public override void Write(WireWriter writer, uint idDelta, ImmutableArray<T> value)
    {
        if (value.IsDefault) writer.Null(idDelta);
        else CodecOf<T[]>.Instance.Write(writer, idDelta, [.. value]);
    }

    public override ImmutableArray<T> Read(WireReader reader, WireType wire)
    {
        var elements = CodecOf<T[]>.Instance.Read(reader, wire);
        return elements is null ? default : [.. elements];
    }
}

internal sealed class ArraySegmentCodec<T> : Codec<ArraySegment<T>>
{
    public override void Write(WireWriter writer, uint idDelta, ArraySegment<T> value)
    {
        if (value.Array is null) writer.Null(idDelta);
        else CodecOf<T[]>.Instance.Write(writer, idDelta, value.ToArray());
    }

    public override ArraySegment<T> Read(WireReader reader, WireType wire) =>
        CodecOf<T[]>.Instance.Read(reader, wire) is { } elements ? new(elements) : default;
}

internal sealed class MemoryCodec<T> : Codec<Memory<T>>
{
    public override void Write(WireWriter writer, uint idDelta, Memory<T> value) =>
        CodecOf<T[]>.Instance.Write(writer, idDelta, value.ToArray());

    public override Memory<T> Read(WireReader reader, WireType wire) => CodecOf<T[]>.Instance.Read(reader, wire);
}

internal sealed class ReadOnlyMemoryCodec<T> : Codec<ReadOnlyMemory<T>>
{
    public override void Write(WireWriter writer, uint idDelta, ReadOnlyMemory<T> value) =>
        CodecOf<T[]>.Instance.Write(writer, idDelta, value.ToArray());

    public override ReadOnlyMemory<T> Read(WireReader reader, WireType wire) => CodecOf<T[]>.Instance.Read(reader, wire);
}

internal sealed class BitArrayCodec : ObjectCodec<BitArray>
{
    protected override void WriteContent(WireWriter writer, BitArray value)
    {
        var bytes = new byte[(value.Length + 7) / 8];
        value.CopyTo(bytes, 0);
        writer.Header(0, WireType.VarInt);
        writer.VarInt((ulong)value.Length);
        writer.Header(1, WireType.Bytes);
        writer.Bytes(bytes);
        writer.End();
    }

    protected override BitArray ReadContent(WireReader reader, int position)
    {
        var length = 0UL;
        byte[] bytes = [];
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0 && wire == WireType.VarInt) length = reader.VarInt();
            else if (id == 1 && wire == WireType.Bytes) bytes = reader.Bytes().ToArray();
            else reader.Skip(wire);
        }

        reader.EndObject();
        if (length > (ulong)bytes.Length * 8) throw WireReader.Malformed("more bits than bytes");
        var value = new BitArray(bytes) { Length = (int)length };
        reader.Record(position, value);
        return value;
    }
}

internal sealed class ArrayListCodec : GrowingCodec<ArrayList, object?>
{
    protected override int Count(ArrayList value) => value.Count;

    protected override IEnumerable<object?> Elements(ArrayList value) => value.Cast<object?>();

    protected override ArrayList Create(int capacity, object? comparer) => new(capacity);

    protected override void Add(ArrayList target, object? element) => target.Add(element);
}

/// <summary>Each key and one of its values is a pair; a key without values has the pair with null.</summary>
internal sealed class NameValueCollectionCodec : GrowingCodec<NameValueCollection, KeyValuePair<string?, string?>>
{
    protected override int Count(NameValueCollection value) => value.Count;

    protected override IEnumerable<KeyValuePair<string?, string?>> Elements(NameValueCollection value)
    {
        foreach (var key in value.AllKeys)
            foreach (var text in value.GetValues(key) ?? new string?[] { null }) yield return new(key, text);
    }

    protected override NameValueCollection Create(int capacity, object? comparer) => [];

    protected override void Add(NameValueCollection target, KeyValuePair<string?, string?> element) =>
        target.Add(element.Key, element.Value);
}

internal sealed class IPEndPointCodec : ObjectCodec<IPEndPoint>
{
    protected override void WriteContent(WireWriter writer, IPEndPoint value)
    {
        CodecOf<IPAddress>.Instance.Write(writer, 0, value.Address);
        CodecOf<int>.Instance.Write(writer, 1, value.Port);
        writer.End();
    }

    protected override IPEndPoint ReadContent(WireReader reader, int position)
    {
        var address = IPAddress.None;
        var port = 0;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == 0) address = CodecOf<IPAddress>.Instance.Read(reader, wire);
            else if (id == 1) port = CodecOf<int>.Instance.Read(reader, wire);
            else reader.Skip(wire);
        }

        reader.EndObject();
        var value = new IPEndPoint(address, port);
        reader.Record(position, value);
        return value;
    }
}

internal sealed class PlainObjectCodec : ObjectCodec<object>
{
    protected override void WriteContent(WireWriter writer, object value) => writer.End();

    protected override object ReadContent(WireReader reader, int position)
    {
        var value = new object();
        reader.Record(position, value);
        reader.EndObject();
        return value;
    }
}
