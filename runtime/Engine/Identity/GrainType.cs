using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>The name under which a grain class is known in the cluster: the first half of a <see cref="GrainId"/>.</summary>
public readonly struct GrainType(IdSpan value) : IEquatable<GrainType>, IComparable<GrainType>, ISpanFormattable
{
    /// <summary>The text of the name.</summary>
    public IdSpan Value { get; } = value;

    /// <summary>Whether this is the default value.</summary>
    public bool IsDefault => Value.IsDefault;

    /// <summary>The grain type of that name; a null or white-space name is an <see cref="ArgumentException"/>.</summary>
    public static GrainType Create(string value) => new(IdSpan.Create(value));

    /// <summary>The bytes of the name.</summary>
    public ReadOnlySpan<byte> AsSpan() => Value.AsSpan();

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => Value.GetUniformHashCode();

    /// <inheritdoc/>
    public bool Equals(GrainType other) => Value.Equals(other.Value);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is GrainType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Orders by bytes.</summary>
    public int CompareTo(GrainType other) => Value.CompareTo(other.Value);

    /// <summary>The name.</summary>
    public override string ToString() => Value.ToString();

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        ((ISpanFormattable)Value).TryFormat(destination, out charsWritten, format, provider);

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(GrainType left, GrainType right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one does not come after the right one.</summary>
    public static bool operator <=(GrainType left, GrainType right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(GrainType left, GrainType right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come before the right one.</summary>
    public static bool operator >=(GrainType left, GrainType right) => left.CompareTo(right) >= 0;
}

/// <summary>The name under which a grain interface is known in the cluster.</summary>
public readonly struct GrainInterfaceType(IdSpan value) : IEquatable<GrainInterfaceType>
{
    /// <summary>The text of the name.</summary>
    public IdSpan Value { get; } = value;

    /// <summary>Whether this is the default value.</summary>
    public bool IsDefault => Value.IsDefault;

    /// <summary>The interface type of that name; a null or white-space name is an <see cref="ArgumentException"/>.</summary>
    public static GrainInterfaceType Create(string value) => new(IdSpan.Create(value));

    /// <inheritdoc/>
    public bool Equals(GrainInterfaceType other) => Value.Equals(other.Value);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is GrainInterfaceType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>The name.</summary>
    public override string ToString() => Value.ToString();

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(GrainInterfaceType left, GrainInterfaceType right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(GrainInterfaceType left, GrainInterfaceType right) => !left.Equals(right);
}
