using Orleans.Runtime;

namespace Orleans;

/// <summary>Identity and references of grains. They accept a reference or a grain object.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to the same grain, as another of its interfaces.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)AsReference(grain, typeof(TGrainInterface));

    /// <summary>A reference to the same grain, as another of its interfaces.</summary>
    public static object AsReference(this IAddressable grain, Type interfaceType)
    {
        ArgumentNullException.ThrowIfNull(interfaceType);
        return ReferenceOf(grain).Cast(interfaceType);
    }

    /// <summary>The same as <see cref="AsReference{TGrainInterface}(IAddressable)"/>.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    /// <summary>The same as <see cref="AsReference(IAddressable, Type)"/>.</summary>
    public static object Cast(this IAddressable grain, Type interfaceType) => grain.AsReference(interfaceType);

    /// <summary>The grain's identity.</summary>
    /// <exception cref="ArgumentException">The object is neither reference nor grain.</exception>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase instance => instance.GrainContext.GrainId,
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw NotAGrain(grain),
    };

    /// <summary>The GUID key; <see cref="InvalidOperationException"/> when the key is neither GUID nor integer.</summary>
    public static Guid GetPrimaryKey(this IAddressable grain) => grain.GetGrainId().GetGuidKey();

    /// <summary>The GUID key and its extension; <see cref="InvalidOperationException"/> when the key is neither.</summary>
    public static Guid GetPrimaryKey(this IAddressable grain, out string? keyExt) => grain.GetGrainId().GetGuidKey(out keyExt);

    /// <summary>The integer key, read as hexadecimal; <see cref="InvalidOperationException"/> when it is not hexadecimal.</summary>
    public static long GetPrimaryKeyLong(this IAddressable grain) => grain.GetGrainId().GetIntegerKey();

    /// <summary>The integer key and its extension; <see cref="InvalidOperationException"/> when it is not hexadecimal.</summary>
    public static long GetPrimaryKeyLong(this IAddressable grain, out string? keyExt) => grain.GetGrainId().GetIntegerKey(out keyExt);

    /// <summary>The text of the key, whatever its kind.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    /// <summary>Whether the key text can be read as an integer.</summary>
    public static bool IsPrimaryKeyBasedOnLong(this IAddressable grain) => grain.GetGrainId().TryGetIntegerKey(out _, out _);

    private static GrainReference ReferenceOf(IAddressable grain) => grain switch
    {
        GrainReference reference => reference,
        IGrainBase instance => instance.GrainContext.GrainReference,
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw NotAGrain(grain),
    };

    private static ArgumentException NotAGrain(IAddressable grain) =>
        new($"An object of type {grain.GetType()} is neither a grain reference nor a grain.", nameof(grain));
}
