using System.Collections;
using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Net;

namespace Orleans.Bundled;

/// <summary>Copies objects of exactly one class; a derived object goes by its own type.</summary>
internal abstract class ExactCopier<T> : Copier<T>
    where T : class
{
    public override T Copy(T value, CopyContext? context)
    {
        if (value is null) return null!;
        if (value.GetType() != typeof(T)) return (T)Copiers.CopyRuntime(value, context);
        return context is not null && context.TryGet(value, out T? done) ? done : CopyExact(value, context);
    }

    /// <summary>Makes the copy and records it, before its elements are copied where the collection allows that.</summary>
    protected abstract T CopyExact(T value, CopyContext? context);
}

/// <summary>Copies collections of one element type.</summary>
internal abstract class ElementsCopier<T, TElement> : ExactCopier<T>
    where T : class
{
    private Copier<TElement>? _element;

    protected Copier<TElement> Element => _element ??= CopierOf<TElement>.Instance;

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(T), exact: true);
        shape.Many<TElement>();
    }
}

/// <summary>Copies collections of pairs.</summary>
internal abstract class PairsCopier<T, TKey, TValue> : ExactCopier<T>
    where T : class
{
    private Copier<TKey>? _key;
    private Copier<TValue>? _value;

    protected Copier<TKey> Key => _key ??= CopierOf<TKey>.Instance;

    protected Copier<TValue> Value => _value ??= CopierOf<TValue>.Instance;

    protected bool ArePairsImmutable => Key.IsImmutable && Value.IsImmutable;

    public override void Describe(GraphShape shape)
    {
        shape.Node(typeof(T), exact: true);
        shape.Many<TKey>();
        shape.Many<TValue>();
    }

    protected IEnumerable<KeyValuePair<TKey, TValue>> CopyPairs(IEnumerable<KeyValuePair<TKey, TValue>> pairs, CopyContext? context)
    {
        foreach (var (key, value) in pairs) yield return new(Key.Copy(key, context), Value.Copy(value, context));
    }
}

internal sealed class ArrayCopier<T> : ElementsCopier<T[], T>
{
    protected override T[] CopyExact(T[] value, CopyContext? context)
    {
        if (value.Length == 0) return value;
        var copy = new T[value.Length];
        context?.Record(value, copy);
        if (Element.IsImmutable) value.AsSpan().CopyTo(copy);
        else for (var i = 0; i < copy.Length; i++) copy[i] = Element.Copy(value[i], context);
        return copy;
    }
}

internal sealed class MultiDimensionalArrayCopier<TArray, T> : ElementsCopier<TArray, T>
    where TArray : class
{
    protected override TArray CopyExact(TArray value, CopyContext? context)
    {
        var copy = (Array)((Array)(object)value).Clone();
        context?.Record(value, copy);
        if (Element.IsImmutable || copy.Length == 0) return (TArray)(object)copy;

        var at = new int[copy.Rank];
        for (var d = 0; d < at.Length; d++) at[d] = copy.GetLowerBound(d);
        do copy.SetValue(Element.Copy((T)copy.GetValue(at)!, context), at);
        while (Next(copy, at));
        return (TArray)(object)copy;
    }

    /// <summary>Moves to the next element in row-major order; false after the last.</summary>
    internal static bool Next(Array array, int[] at)
    {
        for (var d = at.Length - 1; d >= 0; d--)
        {
            if (++at[d] <= array.GetUpperBound(d)) return true;
            at[d] = array.GetLowerBound(d);
        }

        return false;
    }
}

/// <summary>Copies what the compiler makes of a collection expression whose target is a read-only interface: an array does as well.</summary>
internal sealed class ListLikeCopier<TList, T> : ElementsCopier<TList, T>
    where TList : class, IEnumerable<T>
{
    // The copy is of another type than the original, which only the interfaces of both may see.
    internal override object? CopyObject(object? value, CopyContext? context)
    {
        if (value is null) return null;
        if (context is not null && context.TryGet(value, out object? done)) return done;
        var copy = ((IEnumerable<T>)value).ToArray();
        context?.Record(value, copy);
        if (!Element.IsImmutable) for (var i = 0; i < copy.Length; i++) copy[i] = Element.Copy(copy[i], context);
        return copy;
    }

    protected override TList CopyExact(TList value, CopyContext? context) => (TList)CopyObject(value, context)!;
}

internal sealed class ListCopier<T> : ElementsCopier<List<T>, T>
{
    protected override List<T> CopyExact(List<T> value, CopyContext? context)
    {
        if (Element.IsImmutable)
        {
            var same = new List<T>(value);
            context?.Record(value, same);
            return same;
        }

        var copy = new List<T>(value.Count);
        context?.Record(value, copy);
        foreach (var item in value) copy.Add(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class HashSetCopier<T> : ElementsCopier<HashSet<T>, T>
{
    protected override HashSet<T> CopyExact(HashSet<T> value, CopyContext? context)
    {
        var copy = Element.IsImmutable ? new HashSet<T>(value, value.Comparer) : new HashSet<T>(value.Count, value.Comparer);
        context?.Record(value, copy);
        if (!Element.IsImmutable) foreach (var item in value) copy.Add(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class SortedSetCopier<T> : ElementsCopier<SortedSet<T>, T>
{
    protected override SortedSet<T> CopyExact(SortedSet<T> value, CopyContext? context)
    {
        var copy = new SortedSet<T>(value.Comparer);
        context?.Record(value, copy);
        foreach (var item in value) copy.Add(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class QueueCopier<T> : ElementsCopier<Queue<T>, T>
{
    protected override Queue<T> CopyExact(Queue<T> value, CopyContext? context)
    {
        var copy = new Queue<T>(value.Count);
        context?.Record(value, copy);
        foreach (var item in value) copy.Enqueue(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class StackCopier<T> : ElementsCopier<Stack<T>, T>
{
    protected override Stack<T> CopyExact(Stack<T> value, CopyContext? context)
    {
        var copy = new Stack<T>(value.Count);
        context?.Record(value, copy);
        foreach (var item in value.Reverse()) copy.Push(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class CollectionCopier<T> : ElementsCopier<Collection<T>, T>
{
    protected override Collection<T> CopyExact(Collection<T> value, CopyContext? context)
    {
        var copy = new Collection<T>();
        context?.Record(value, copy);
        foreach (var item in value) copy.Add(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class ReadOnlyCollectionCopier<T> : ElementsCopier<ReadOnlyCollection<T>, T>
{
    protected override ReadOnlyCollection<T> CopyExact(ReadOnlyCollection<T> value, CopyContext? context)
    {
        var items = new List<T>(value.Count);
        var copy = new ReadOnlyCollection<T>(items);
        context?.Record(value, copy);
        foreach (var item in value) items.Add(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class ConcurrentQueueCopier<T> : ElementsCopier<ConcurrentQueue<T>, T>
{
    protected override ConcurrentQueue<T> CopyExact(ConcurrentQueue<T> value, CopyContext? context)
    {
        var copy = new ConcurrentQueue<T>();
        context?.Record(value, copy);
        foreach (var item in value) copy.Enqueue(Element.Copy(item, context));
        return copy;
    }
}

internal sealed class DictionaryCopier<TKey, TValue> : PairsCopier<Dictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override Dictionary<TKey, TValue> CopyExact(Dictionary<TKey, TValue> value, CopyContext? context)
    {
        var copy = ArePairsImmutable
            ? new Dictionary<TKey, TValue>(value, value.Comparer)
            : new Dictionary<TKey, TValue>(value.Count, value.Comparer);
        context?.Record(value, copy);
        if (!ArePairsImmutable) foreach (var (k, v) in value) copy.Add(Key.Copy(k, context), Value.Copy(v, context));
        return copy;
    }
}

internal sealed class SortedDictionaryCopier<TKey, TValue> : PairsCopier<SortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override SortedDictionary<TKey, TValue> CopyExact(SortedDictionary<TKey, TValue> value, CopyContext? context)
    {
        var copy = new SortedDictionary<TKey, TValue>(value.Comparer);
        context?.Record(value, copy);
        foreach (var (k, v) in value) copy.Add(Key.Copy(k, context), Value.Copy(v, context));
        return copy;
    }
}

internal sealed class SortedListCopier<TKey, TValue> : PairsCopier<SortedList<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override SortedList<TKey, TValue> CopyExact(SortedList<TKey, TValue> value, CopyContext? context)
    {
        var copy = new SortedList<TKey, TValue>(value.Count, value.Comparer);
        context?.Record(value, copy);
        foreach (var (k, v) in value) copy.Add(Key.Copy(k, context), Value.Copy(v, context));
        return copy;
    }
}

internal sealed class ConcurrentDictionaryCopier<TKey, TValue> : PairsCopier<ConcurrentDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ConcurrentDictionary<TKey, TValue> CopyExact(ConcurrentDictionary<TKey, TValue> value, CopyContext? context)
    {
        var copy = new ConcurrentDictionary<TKey, TValue>(value.Comparer);
        context?.Record(value, copy);
        foreach (var (k, v) in value) copy[Key.Copy(k, context)] = Value.Copy(v, context);
        return copy;
    }
}

internal sealed class ReadOnlyDictionaryCopier<TKey, TValue> : PairsCopier<ReadOnlyDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ReadOnlyDictionary<TKey, TValue> CopyExact(ReadOnlyDictionary<TKey, TValue> value, CopyContext? context)
    {
        var pairs = new Dictionary<TKey, TValue>(value.Count);
        var copy = new ReadOnlyDictionary<TKey, TValue>(pairs);
        context?.Record(value, copy);
        foreach (var (k, v) in value) pairs.Add(Key.Copy(k, context), Value.Copy(v, context));
        return copy;
    }
}

internal sealed class IPEndPointCopier : ExactCopier<IPEndPoint>
{
    public override void Describe(GraphShape shape) => shape.Node(typeof(IPEndPoint), exact: true);

    protected override IPEndPoint CopyExact(IPEndPoint value, CopyContext? context)
    {
        var copy = new IPEndPoint(value.Address, value.Port);
        context?.Record(value, copy);
        return copy;
    }
}

internal sealed class BitArrayCopier : ExactCopier<BitArray>
{
    public override void Describe(GraphShape shape) => shape.Node(typeof(BitArray), exact: true);

    protected override BitArray CopyExact(BitArray value, CopyContext? context)
    {
        var copy = new BitArray(value);
        context?.Record(value, copy);
        return copy;
    }
}

internal sealed class ArrayListCopier : ExactCopier<ArrayList>
{
    protected override ArrayList CopyExact(ArrayList value, CopyContext? context)
    {
        var copy = new ArrayList(value.Count);
        context?.Record(value, copy);
        foreach (var item in value) copy.Add(item is null ? null : Copiers.CopyRuntime(item, context));
        return copy;
    }
}

internal sealed class NameValueCollectionCopier : ExactCopier<NameValueCollection>
{
    public override void Describe(GraphShape shape) => shape.Node(typeof(NameValueCollection), exact: true);

    protected override NameValueCollection CopyExact(NameValueCollection value, CopyContext? context)
    {
        var copy = new NameValueCollection(value);
        context?.Record(value, copy);
        return copy;
    }
}
