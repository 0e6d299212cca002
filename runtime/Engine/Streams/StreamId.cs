using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Orleans.Runtime;

/// <summary>The identity of a stream within its provider: a namespace, which may be missing, and a key.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Runtime.StreamId")]
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>, ISpanFormattable
{
    [Id(0)]
    private readonly IdSpan _namespace;

    [Id(1)]
    private readonly IdSpan _key;

    private StreamId(IdSpan ns, IdSpan key)
    {
        _namespace = ns;
        _key = key;
    }

    /// <summary>The UTF-8 bytes of the namespace; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Namespace => _namespace.Value;

    /// <summary>The UTF-8 bytes of the key.</summary>
    public ReadOnlyMemory<byte> Key => _key.Value;

    /// <summary>A stream whose key is a GUID, written as 32 hexadecimal digits.</summary>
    public static StreamId Create(string? ns, Guid key) => Create(ns, key.ToString("N"));

    /// <summary>A stream whose key is an integer, written in decimal.</summary>
    public static StreamId Create(string? ns, long key) => Create(ns, key.ToString(CultureInfo.InvariantCulture));

    /// <summary>A stream whose key is a text, which is not null.</summary>
    public static StreamId Create(string? ns, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Create(ns is null ? [] : Encoding.UTF8.GetBytes(ns), Encoding.UTF8.GetBytes(key));
    }

    /// <summary>A stream by the bytes of its namespace and key; the key is not empty.</summary>
    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty) throw new ArgumentException("The key of a stream is not empty.", nameof(key));
        return new StreamId(ns.IsEmpty ? default : new IdSpan(ns.ToArray()), new IdSpan(key.ToArray()));
    }

    /// <summary>The namespace; null when there is none.</summary>
    public string? GetNamespace() => _namespace.IsDefault ? null : _namespace.ToString();

    /// <summary>The key as text.</summary>
    public string GetKeyAsString() => _key.ToString();

    /// <inheritdoc/>
    public bool Equals(StreamId other) => _key.Equals(other._key) && _namespace.Equals(other._namespace);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is StreamId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_namespace, _key);

    /// <summary>Orders by namespace, then by key, each by bytes.</summary>
    public int CompareTo(StreamId other) =>
        _namespace.CompareTo(other._namespace) is var byNamespace and not 0 ? byNamespace : _key.CompareTo(other._key);

    /// <summary>The text <c>namespace/key</c>, with <c>null</c> for no namespace.</summary>
    public override string ToString() => $"{GetNamespace() ?? "null"}/{_key}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{GetNamespace() ?? "null"}/{_key}", out charsWritten);

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(StreamId left, StreamId right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(StreamId left, StreamId right) => !left.Equals(right);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one does not come after the right one.</summary>
    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one does not come before the right one.</summary>
    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    /// <summary>A hash that is the same in every process.</summary>
    internal uint GetUniformHashCode() => (_namespace.GetUniformHashCode() * 31) + _key.GetUniformHashCode();

    /// <summary>The key as the key of a grain whose interfaces ask for that kind of key; false when it does not fit.</summary>
    internal bool TryGetGrainKey(Type grainClass, out IdSpan key)
    {
        key = _key;
        var withGuid = typeof(IGrainWithGuidCompoundKey).IsAssignableFrom(grainClass);
        if (withGuid || typeof(IGrainWithGuidKey).IsAssignableFrom(grainClass))
        {
            if (!Utf8Parser.TryParse(_key.AsSpan(), out Guid guid, out var read, 'N') || read != _key.AsSpan().Length) return false;
            key = withGuid && GetNamespace() is { } ns ? GrainIdKeyExtensions.CreateGuidKey(guid, ns) : GrainIdKeyExtensions.CreateGuidKey(guid);
            return true;
        }

        var withInteger = typeof(IGrainWithIntegerCompoundKey).IsAssignableFrom(grainClass);
        if (withInteger || typeof(IGrainWithIntegerKey).IsAssignableFrom(grainClass))
        {
            if (!Utf8Parser.TryParse(_key.AsSpan(), out long number, out var read) || read != _key.AsSpan().Length) return false;
            key = withInteger && GetNamespace() is { } ns ? GrainIdKeyExtensions.CreateIntegerKey(number, ns) : GrainIdKeyExtensions.CreateIntegerKey(number);
        }

        return true;
    }
}
