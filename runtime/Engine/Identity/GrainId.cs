using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Orleans.Runtime;

/// <summary>The identity of a grain: its type and its key, written <c>type/key</c>.</summary>
[JsonConverter(typeof(GrainIdJsonConverter))]
public readonly struct GrainId(GrainType type, IdSpan key)
    : IEquatable<GrainId>, IComparable<GrainId>, ISpanParsable<GrainId>, ISpanFormattable
{
    /// <summary>The grain type.</summary>
    public GrainType Type { get; } = type;

    /// <summary>The key within the type.</summary>
    public IdSpan Key { get; } = key;

    /// <summary>Whether this is the default value, which identifies nothing.</summary>
    public bool IsDefault => Type.IsDefault && Key.IsDefault;

    /// <summary>The identity of that type and key.</summary>
    public static GrainId Create(GrainType type, IdSpan key) => new(type, key);

    /// <summary>The identity of that type and key; a null or white-space key is an <see cref="ArgumentException"/>.</summary>
    public static GrainId Create(GrainType type, string key) => new(type, IdSpan.Create(key));

    /// <summary>The identity of that type and key; a null or white-space part is an <see cref="ArgumentException"/>.</summary>
    public static GrainId Create(string type, string key) => new(GrainType.Create(type), IdSpan.Create(key));

    /// <summary>Reads <c>type/key</c>; the key begins after the first slash. Other text is a <see cref="FormatException"/>.</summary>
    public static GrainId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static GrainId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not a grain id of the form type/key.");

    /// <summary>Reads <c>type/key</c>; false when <paramref name="s"/> has another form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out GrainId result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out GrainId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out GrainId result)
    {
        var slash = s.IndexOf('/');
        if (slash <= 0 || s[..slash].IsWhiteSpace() || s[(slash + 1)..].IsWhiteSpace())
        {
            result = default;
            return false;
        }

        result = Create(s[..slash].ToString(), s[(slash + 1)..].ToString());
        return true;
    }

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => (Type.GetUniformHashCode() * 31) + Key.GetUniformHashCode();

    /// <inheritdoc/>
    public bool Equals(GrainId other) => Key.Equals(other.Key) && Type.Equals(other.Type);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is GrainId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (Type.GetHashCode() * 397) ^ Key.GetHashCode();

    /// <summary>Orders by type, then by key, each by bytes.</summary>
    public int CompareTo(GrainId other) => Type.CompareTo(other.Type) is var byType and not 0 ? byType : Key.CompareTo(other.Key);

    /// <summary>The text <c>type/key</c>.</summary>
    public override string ToString() => $"{Type}/{Key}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{Type}/{Key}", out charsWritten);

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(GrainId left, GrainId right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(GrainId left, GrainId right) => !left.Equals(right);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(GrainId left, GrainId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one does not come after the right one.</summary>
    public static bool operator <=(GrainId left, GrainId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(GrainId left, GrainId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come before the right one.</summary>
    public static bool operator >=(GrainId left, GrainId right) => left.CompareTo(right) >= 0;
}
