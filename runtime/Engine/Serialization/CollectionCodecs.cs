namespace Orleans.Bundled;

/// <summary>
/// Collections are objects with these fields: 0 the count, 1 the comparer unless it is the default, 2 each element (of pairs: each
/// key and each value in turn).
/// </summary>
internal static class CollectionFields
{
    public const uint Comparer = 1;
    public const uint Elements = 2;

    // However many elements the bytes announce, no more than this is reserved before they come.
    public const int ReservedMax = 4096;
}

/// <summary>The framework's comparers have numbers; others must be serializable themselves.</summary>
internal static class Comparers
{
    private static readonly (ulong Number, object Comparer)[] s_known =
    [
        (1, StringComparer.Ordinal), (2, StringComparer.OrdinalIgnoreCase), (3, StringComparer.InvariantCulture),
        (4, StringComparer.InvariantCultureIgnoreCase),
    ];

    public static uint Write(WireWriter writer, object? comparer, object defaultComparer)
    {
        if (comparer is null || comparer.Equals(defaultComparer)) return 0;
        foreach (var (number, known) in s_known)
        {
            if (!known.Equals(comparer)) continue;
            writer.Header(CollectionFields.Comparer, WireType.VarInt);
            writer.VarInt(number);
            return CollectionFields.Comparer;
        }

        if (comparer.Equals(StringComparer.CurrentCulture) || comparer.Equals(StringComparer.CurrentCultureIgnoreCase))
        {
            writer.Header(CollectionFields.Comparer, WireType.VarInt);
            writer.VarInt(comparer.Equals(StringComparer.CurrentCulture) ? 5u : 6u);
            return CollectionFields.Comparer;
        }

        Codecs.WriteRuntime(writer, CollectionFields.Comparer, comparer);
        return CollectionFields.Comparer;
    }

    public static object Read(WireReader reader, WireType wire)
    {
        if (wire != WireType.VarInt) return CodecOf<object>.Instance.Read(reader, wire) ?? throw WireReader.Malformed("no comparer");
        var found = reader.VarInt();
        if (found == 5) return StringComparer.CurrentCulture;
        if (found == 6) return StringComparer.CurrentCultureIgnoreCase;
        foreach (var (number, known) in s_known)
            if (number == found) return known;
        throw WireReader.Malformed("a comparer of another version");
    }

    public static IEqualityComparer<T>? Equality<T>(object? comparer) =>
        comparer is null ? null : comparer as IEqualityComparer<T> ?? throw WireReader.Malformed("a comparer of other things");

    public static IComparer<T>? Order<T>(object? comparer) =>
        comparer is null ? null : comparer as IComparer<T> ?? throw WireReader.Malformed("a comparer of other things");
}

/// <summary>Collections of one element type.</summary>
internal abstract class ElementsCodec<T, TElement> : ObjectCodec<T>
    where T : class
{
    private Codec<TElement>? _element;

    protected Codec<TElement> Element => _element ??= CodecOf<TElement>.Instance;

    protected abstract int Count(T value);

    protected virtual IEnumerable<TElement> Elements(T value) => (IEnumerable<TElement>)value;

    protected virtual object? ComparerOf(T value) => null;

    protected virtual object DefaultComparer => EqualityComparer<TElement>.Default;

    protected sealed override void WriteContent(WireWriter writer, T value)
    {
        writer.Header(0, WireType.VarInt);
        writer.VarInt((ulong)Count(value));
        var last = Comparers.Write(writer, ComparerOf(value), DefaultComparer);
        foreach (var element in Elements(value))
        {
            Element.Write(writer, CollectionFields.Elements - last, element);
            last = CollectionFields.Elements;
        }

        writer.End();
    }
}

/// <summary>Collections that exist before their elements, so that an element may refer to its collection.</summary>
internal abstract class GrowingCodec<T, TElement> : ElementsCodec<T, TElement>
    where T : class
{
    protected sealed override T ReadContent(WireReader reader, int position)
    {
        T? value = null;
        object? comparer = null;
        var count = 0;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            switch (id)
            {
                case 0:
                    count = reader.Count(wire);
                    break;
                case CollectionFields.Comparer:
                    comparer = Comparers.Read(reader, wire);
                    break;
                case CollectionFields.Elements:
                    if (value is null) reader.Record(position, value = Create(Math.Min(count, CollectionFields.ReservedMax), comparer));
                    Add(value, Element.Read(reader, wire));
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        if (value is null) reader.Record(position, value = Create(0, comparer));
        reader.EndObject();
        return value;
    }

    protected abstract T Create(int capacity, object? comparer);

    protected abstract void Add(T target, TElement element);
}

/// <summary>Collections that are made of their elements.</summary>
internal abstract class BuiltCodec<T, TElement> : ElementsCodec<T, TElement>
    where T : class
{
    protected sealed override T ReadContent(WireReader reader, int position)
    {
        var elements = new List<TElement>();
        object? comparer = null;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == CollectionFields.Elements) elements.Add(Element.Read(reader, wire));
            else if (id == CollectionFields.Comparer) comparer = Comparers.Read(reader, wire);
            else reader.Skip(wire);
        }

        reader.EndObject();
        var value = Make(elements, comparer);
        reader.Record(position, value);
        return value;
    }

    protected abstract T Make(List<TElement> elements, object? comparer);
}

/// <summary>Collections of pairs.</summary>
internal abstract class PairsCodec<T, TKey, TValue> : ObjectCodec<T>
    where T : class
{
    private Codec<TKey>? _key;
    private Codec<TValue>? _value;

    protected abstract object? ComparerOf(T value);

    protected virtual object DefaultComparer => EqualityComparer<TKey>.Default;

    protected virtual int Count(T value) => ((IReadOnlyCollection<KeyValuePair<TKey, TValue>>)value).Count;

    /// <summary>The collection before its pairs; null when it is made of them.</summary>
    protected abstract T? Create(object? comparer);

    protected virtual void Add(T target, TKey key, TValue value) => throw new InvalidOperationException();

    protected virtual T Make(List<KeyValuePair<TKey, TValue>> pairs, object? comparer) => throw new InvalidOperationException();

    protected sealed override void WriteContent(WireWriter writer, T value)
    {
        _key ??= CodecOf<TKey>.Instance;
        _value ??= CodecOf<TValue>.Instance;
        writer.Header(0, WireType.VarInt);
        writer.VarInt((ulong)Count(value));
        var last = Comparers.Write(writer, ComparerOf(value), DefaultComparer);
        foreach (var (k, v) in (IEnumerable<KeyValuePair<TKey, TValue>>)value)
        {
            _key.Write(writer, CollectionFields.Elements - last, k);
            _value.Write(writer, 0, v);
            last = CollectionFields.Elements;
        }

        writer.End();
    }

    protected sealed override T ReadContent(WireReader reader, int position)
    {
        _key ??= CodecOf<TKey>.Instance;
        _value ??= CodecOf<TValue>.Instance;
        T? value = null;
        List<KeyValuePair<TKey, TValue>>? pairs = null;
        object? comparer = null;
        uint id = 0;
        while (reader.Next(ref id, out var wire))
        {
            if (id == CollectionFields.Comparer) comparer = Comparers.Read(reader, wire);
            else if (id != CollectionFields.Elements) reader.Skip(wire);
            else
            {
                if (value is null && pairs is null) Start();
                var k = _key.Read(reader, wire) ?? throw WireReader.Malformed("a null key");
                if (!reader.Next(ref id, out wire) || id != CollectionFields.Elements) throw WireReader.Malformed("a key without a value");
                var v = _value.Read(reader, wire);
                if (value is not null) Add(value, k, v);
                else pairs!.Add(new(k, v));
            }
        }

        reader.EndObject();
        if (value is null && pairs is null) Start();
        if (value is null) reader.Record(position, value = Make(pairs!, comparer));
        return value;

        void Start()
        {
            value = Create(comparer);
            if (value is not null) reader.Record(position, value);
            else pairs = [];
        }
    }
}
