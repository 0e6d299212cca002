using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Orleans.Bundled;

/// <summary>
/// Copies collections that never change themselves, though their elements may: by reference when the elements are immutable too.
/// </summary>
internal abstract class FrozenElementsCopier<T, TElement> : Copier<T>
    where T : class
{
    private Copier<TElement>? _element;

    // Asked for only once the copier of the element can exist: a type may hold an immutable list of itself.
    protected override bool DecideImmutable() => Copiers.Find(typeof(TElement)) is { IsImmutable: true };

    private Copier<TElement> Element => _element ??= CopierOf<TElement>.Instance;

    public override T Copy(T value, CopyContext? context)
    {
        if (value is null || Element.IsImmutable) return value!;
        if (context is not null && context.TryGet(value, out T? done)) return done;
        CopyContext.EnsureDepth();
        var copy = Make(value, Items(value, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape) => shape.Many<TElement>();

    protected abstract IEnumerable<TElement> Read(T value);

    protected abstract T Make(T original, IEnumerable<TElement> items);

    private IEnumerable<TElement> Items(T value, CopyContext? context)
    {
        foreach (var item in Read(value)) yield return Element.Copy(item, context);
    }
}

/// <summary>The same for collections of pairs.</summary>
internal abstract class FrozenPairsCopier<T, TKey, TValue> : Copier<T>
    where T : class
{
    private Copier<TKey>? _key;
    private Copier<TValue>? _value;

    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(TKey)) is { IsImmutable: true } && Copiers.Find(typeof(TValue)) is { IsImmutable: true };

    private Copier<TKey> Key => _key ??= CopierOf<TKey>.Instance;

    private Copier<TValue> Value => _value ??= CopierOf<TValue>.Instance;

    public override T Copy(T value, CopyContext? context)
    {
        if (value is null || (Key.IsImmutable && Value.IsImmutable)) return value!;
        if (context is not null && context.TryGet(value, out T? done)) return done;
        CopyContext.EnsureDepth();
        var copy = Make(value, Pairs((IEnumerable<KeyValuePair<TKey, TValue>>)value, context));
        context?.Record(value, copy);
        return copy;
    }

    public override void Describe(GraphShape shape)
    {
        shape.Many<TKey>();
        shape.Many<TValue>();
    }

    protected abstract T Make(T original, IEnumerable<KeyValuePair<TKey, TValue>> pairs);

    private IEnumerable<KeyValuePair<TKey, TValue>> Pairs(IEnumerable<KeyValuePair<TKey, TValue>> pairs, CopyContext? context)
    {
        foreach (var (key, value) in pairs) yield return new(Key.Copy(key, context), Value.Copy(value, context));
    }
}

internal sealed class ImmutableListCopier<T> : FrozenElementsCopier<ImmutableList<T>, T>
{
    protected override IEnumerable<T> Read(ImmutableList<T> value) => value;

    protected override ImmutableList<T> Make(ImmutableList<T> original, IEnumerable<T> items) => ImmutableList.CreateRange(items);
}

internal sealed class ImmutableHashSetCopier<T> : FrozenElementsCopier<ImmutableHashSet<T>, T>
{
    protected override IEnumerable<T> Read(ImmutableHashSet<T> value) => value;

    protected override ImmutableHashSet<T> Make(ImmutableHashSet<T> original, IEnumerable<T> items) =>
        ImmutableHashSet.CreateRange(original.KeyComparer, items);
}

internal sealed class ImmutableSortedSetCopier<T> : FrozenElementsCopier<ImmutableSortedSet<T>, T>
{
    protected override IEnumerable<T> Read(ImmutableSortedSet<T> value) => value;

    protected override ImmutableSortedSet<T> Make(ImmutableSortedSet<T> original, IEnumerable<T> items) =>
        ImmutableSortedSet.CreateRange(original.KeyComparer, items);
}

internal sealed class ImmutableQueueCopier<T> : FrozenElementsCopier<ImmutableQueue<T>, T>
{
    protected override IEnumerable<T> Read(ImmutableQueue<T> value) => value;

    protected override ImmutableQueue<T> Make(ImmutableQueue<T> original, IEnumerable<T> items) =>
        ImmutableQueue.CreateRange(items);
}

internal sealed class ImmutableStackCopier<T> : FrozenElementsCopier<ImmutableStack<T>, T>
{
    protected override IEnumerable<T> Read(ImmutableStack<T> value) => value.Reverse();

    protected override ImmutableStack<T> Make(ImmutableStack<T> original, IEnumerable<T> items) =>
        ImmutableStack.CreateRange(items);
}

internal sealed class FrozenSetCopier<T> : FrozenElementsCopier<FrozenSet<T>, T>
{
    protected override IEnumerable<T> Read(FrozenSet<T> value) => value;

    protected override FrozenSet<T> Make(FrozenSet<T> original, IEnumerable<T> items) => items.ToFrozenSet(original.Comparer);
}

internal sealed class ImmutableDictionaryCopier<TKey, TValue> : FrozenPairsCopier<ImmutableDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ImmutableDictionary<TKey, TValue> Make(
        ImmutableDictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> pairs) => ImmutableDictionary.CreateRange(original.KeyComparer, original.ValueComparer, pairs);
}

internal sealed class ImmutableSortedDictionaryCopier<TKey, TValue> : FrozenPairsCopier<ImmutableSortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Make(
        ImmutableSortedDictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> pairs) => ImmutableSortedDictionary.CreateRange(original.KeyComparer, original.ValueComparer, pairs);
}

internal sealed class FrozenDictionaryCopier<TKey, TValue> : FrozenPairsCopier<FrozenDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override FrozenDictionary<TKey, TValue> Make(
        FrozenDictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> pairs) => pairs.ToFrozenDictionary(original.Comparer);
}

internal sealed class ImmutableArrayCopier<T> : Copier<ImmutableArray<T>>
{
    protected override bool DecideImmutable() => Copiers.Find(typeof(T)) is { IsImmutable: true };

    public override ImmutableArray<T> Copy(ImmutableArray<T> value, CopyContext? context)
    {
        var element = CopierOf<T>.Instance;
        if (value.IsDefault || element.IsImmutable) return value;
        var copy = ImmutableArray.CreateBuilder<T>(value.Length);
        foreach (var item in value) copy.Add(element.Copy(item, context));
        return copy.MoveToImmutable();
    }

    public override void Describe(GraphShape shape) => shape.Many<T>();
}
