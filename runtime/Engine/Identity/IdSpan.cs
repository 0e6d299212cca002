using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Runtime;

/// <summary>An immutable piece of UTF-8 text of which identities are made.</summary>
/// <remarks>Two spans are equal when their bytes are equal. The default value is the absence of an identity.</remarks>
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>, ISpanFormattable
{
    // Keys come from outside; a seed of this process keeps chosen keys from piling up in one bucket of a table.
    private static readonly uint s_seed = (uint)Random.Shared.Next();

    private readonly byte[]? _value;
    private readonly int _hash;

    /// <summary>Wraps the bytes, which the caller must not change afterwards.</summary>
    public IdSpan(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
        _hash = Hash(value);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Value => _value;

    /// <summary>Whether this is the default value.</summary>
    public bool IsDefault => _value is null || _value.Length == 0;

    /// <summary>The UTF-8 form of <paramref name="id"/>; a null or white-space text is an <see cref="ArgumentException"/>.</summary>
    public static IdSpan Create(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return new IdSpan(Encoding.UTF8.GetBytes(id));
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> AsSpan() => _value;

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => StableHash.ComputeHash(_value);

    /// <inheritdoc/>
    public bool Equals(IdSpan other) =>
        ReferenceEquals(_value, other._value) || (_hash == other._hash && AsSpan().SequenceEqual(other.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is IdSpan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>Orders by bytes.</summary>
    public int CompareTo(IdSpan other) => AsSpan().SequenceCompareTo(other.AsSpan());

    /// <summary>The text.</summary>
    public override string ToString() => _value is null ? "" : Encoding.UTF8.GetString(_value);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Encoding.UTF8.TryGetChars(_value, destination, out charsWritten);

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(IdSpan left, IdSpan right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one does not come after the right one.</summary>
    public static bool operator <=(IdSpan left, IdSpan right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(IdSpan left, IdSpan right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come before the right one.</summary>
    public static bool operator >=(IdSpan left, IdSpan right) => left.CompareTo(right) >= 0;

    private static int Hash(ReadOnlySpan<byte> value) => value.IsEmpty ? 0 : (int)StableHash.XxHash32(value, s_seed);
}
