namespace Orleans.Concurrency;

/// <summary>Carries a value across a call by reference: a promise, for this one value, that neither side changes it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly struct Immutable<T>(T value)
{
    /// <summary>The value.</summary>
#pragma warning disable CA1051 // The programming model names a field here, and sources use it as one.
    public readonly T Value = value;
#pragma warning restore CA1051
}

/// <summary>Wraps values in <see cref="Immutable{T}"/>.</summary>
public static class ImmutableExtensions
{
    /// <summary>Promises that <paramref name="value"/> is no longer changed.</summary>
    public static Immutable<T> AsImmutable<T>(this T value) => new(value);
}
