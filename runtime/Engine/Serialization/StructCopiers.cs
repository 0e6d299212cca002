using Orleans.Runtime;

namespace Orleans.Bundled;

internal sealed class NullableCopier<T> : Copier<T?>
    where T : struct
{
    protected override bool DecideImmutable() => Copiers.Find(typeof(T)) is { IsImmutable: true };

    public override T? Copy(T? value, CopyContext? context) =>
        value is { } some ? CopierOf<T>.Instance.Copy(some, context) : null;

    public override void Describe(GraphShape shape) => shape.Member<T>();
}

internal sealed class ArraySegmentCopier<T> : Copier<ArraySegment<T>>
{
    public override ArraySegment<T> Copy(ArraySegment<T> value, CopyContext? context) =>
        value.Array is null ? value : new(CopierOf<T[]>.Instance.Copy(value.ToArray(), context));

    public override void Describe(GraphShape shape) => shape.Many<T>();
}

internal sealed class MemoryCopier<T> : Copier<Memory<T>>
{
    public override Memory<T> Copy(Memory<T> value, CopyContext? context) =>
        CopierOf<T[]>.Instance.Copy(value.ToArray(), context);

    public override void Describe(GraphShape shape) => shape.Many<T>();
}

internal sealed class ReadOnlyMemoryCopier<T> : Copier<ReadOnlyMemory<T>>
{
    public override ReadOnlyMemory<T> Copy(ReadOnlyMemory<T> value, CopyContext? context) =>
        CopierOf<T[]>.Instance.Copy(value.ToArray(), context);

    public override void Describe(GraphShape shape) => shape.Many<T>();
}

/// <summary>
/// Grain references are immutable. A grain that hands out itself as an interface hands out its reference.
/// </summary>
internal sealed class ReferenceCopier<T> : Copier<T>
{
    public override T Copy(T value, CopyContext? context) => value switch
    {
        null or GrainReference => value,
        Grain grain when typeof(T).IsInterface => ((IAddressable)grain).AsReference<T>(),
        _ => throw new NotSupportedException(
            $"{value.GetType()} is not a reference. Pass the result of AsReference or of CreateObjectReference instead of the object."),
    };

    public override void Describe(GraphShape shape)
    {
    }
}

internal sealed class KeyValuePairCopier<TKey, TValue> : Copier<KeyValuePair<TKey, TValue>>
{
    protected override bool DecideImmutable() =>
        Copiers.Find(typeof(TKey)) is { IsImmutable: true } && Copiers.Find(typeof(TValue)) is { IsImmutable: true };

    public override KeyValuePair<TKey, TValue> Copy(KeyValuePair<TKey, TValue> value, CopyContext? context) =>
        new(CopierOf<TKey>.Instance.Copy(value.Key, context), CopierOf<TValue>.Instance.Copy(value.Value, context));

    public override void Describe(GraphShape shape)
    {
        shape.Member<TKey>();
        shape.Member<TValue>();
    }
}
