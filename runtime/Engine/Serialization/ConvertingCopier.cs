using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Copies values of a foreign type by way of its surrogate.</summary>
internal sealed class ConvertingCopier<TValue, TSurrogate, TConverter> : Copier<TValue>
    where TSurrogate : struct
    where TConverter : IConverter<TValue, TSurrogate>
{
    private readonly TConverter _converter = Activator.CreateInstance<TConverter>();

    public override TValue Copy(TValue value, CopyContext? context)
    {
        if (value is null) return value;
        if (!typeof(TValue).IsValueType)
        {
            if (value.GetType() != typeof(TValue)) return (TValue)Copiers.CopyRuntime(value, context);
            if (context is not null && context.TryGet<object>(value, out var done)) return (TValue)done;
        }

        var surrogate = CopierOf<TSurrogate>.Instance.Copy(_converter.ConvertToSurrogate(in value), context);
        var copy = _converter.ConvertFromSurrogate(in surrogate)
            ?? throw new SerializerException($"{typeof(TConverter)} made nothing of a surrogate.");
        if (!typeof(TValue).IsValueType) context?.Record(value, copy);
        return copy;
    }

    public override void CopyMembers(TValue from, TValue to, CopyContext? context)
    {
        if (typeof(TValue).IsValueType || _converter is not { } converter) return;
        var surrogate = CopierOf<TSurrogate>.Instance.Copy(converter.ConvertToSurrogate(in from), context);
        Populator.Populate(converter, in surrogate, to);
    }
}

/// <summary>Calls <see cref="IPopulator{TValue, TSurrogate}"/>, whose value must be a class, from code that knows no such constraint.</summary>
internal static class Populator
{
    public static void Populate<TValue, TSurrogate>(object converter, in TSurrogate surrogate, TValue value)
        where TSurrogate : struct
    {
        var contract = typeof(IPopulator<,>).MakeGenericType(typeof(TValue), typeof(TSurrogate));
        if (!contract.IsInstanceOfType(converter))
            throw new CodecNotFoundException($"{converter.GetType()} does not implement {contract}, which a base class needs.");
        contract.GetMethod(nameof(IPopulator<object, int>.Populate))!.Invoke(converter, [surrogate, value]);
    }
}
