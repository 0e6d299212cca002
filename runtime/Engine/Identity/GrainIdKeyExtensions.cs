using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orleans.Runtime;

/// <summary>The text forms of integer, GUID and compound keys.</summary>
/// <remarks>
/// An integer is upper-case hexadecimal in two's complement without padding, so -1 is <c>FFFFFFFFFFFFFFFF</c>. A GUID is its
/// 32 hexadecimal digits. A compound key is <c>key+extension</c>.
/// </remarks>
public static class GrainIdKeyExtensions
{
    /// <summary>The key text of an integer.</summary>
    public static IdSpan CreateIntegerKey(long key)
    {
        Span<byte> text = stackalloc byte[16];
        key.TryFormat(text, out var length, "X", CultureInfo.InvariantCulture);
        return new IdSpan(text[..length].ToArray());
    }

    /// <summary>The key text of an integer and an extension; a blank extension is an <see cref="ArgumentException"/>.</summary>
    public static IdSpan CreateIntegerKey(long key, string? keyExtension) =>
        keyExtension is null ? CreateIntegerKey(key) : Join(CreateIntegerKey(key), keyExtension);

    /// <summary>The key text of a GUID.</summary>
    public static IdSpan CreateGuidKey(Guid key)
    {
        var text = new byte[32];
        key.TryFormat(text, out _, "N");
        return new IdSpan(text);
    }

    /// <summary>The key text of a GUID and an extension; a blank extension is an <see cref="ArgumentException"/>.</summary>
    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) =>
        keyExtension is null ? CreateGuidKey(key) : Join(CreateGuidKey(key), keyExtension);

    /// <summary>Reads the key as hexadecimal integer with an optional extension; false when it is not one.</summary>
    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var text = Split(grainId.Key.AsSpan(), out var extension);
        keyExt = null;
        if (text.Length is 0 or > 16
            || !long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key))
        {
            key = 0;
            return false;
        }

        keyExt = Text(extension);
        return true;
    }

    /// <summary>
    /// Reads the key as 32 hexadecimal digits with an optional extension. A key that is a shorter hexadecimal integer is packed
    /// into the second half of a GUID. False when it is neither.
    /// </summary>
    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        var text = Split(grainId.Key.AsSpan(), out var extension);
        if (text.Length == 32 && Utf8Parser.TryParse(text, out key, out var used, 'N') && used == 32)
        {
            keyExt = Text(extension);
            return true;
        }

        if (grainId.TryGetIntegerKey(out var number, out keyExt))
        {
            Span<byte> bytes = stackalloc byte[16];
            bytes.Clear();
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], number);
            key = new Guid(bytes);
            return true;
        }

        key = default;
        return false;
    }

    /// <summary>The integer key; <see cref="InvalidOperationException"/> when the key is not hexadecimal.</summary>
    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    /// <summary>The integer key and its extension; <see cref="InvalidOperationException"/> when the key is not hexadecimal.</summary>
    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetIntegerKey(out var key, out keyExt) ? key : throw NotA("an integer", grainId);

    /// <summary>The GUID key; <see cref="InvalidOperationException"/> when the key is neither GUID nor integer.</summary>
    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    /// <summary>The GUID key and its extension; <see cref="InvalidOperationException"/> when the key is neither.</summary>
    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetGuidKey(out var key, out keyExt) ? key : throw NotA("a GUID", grainId);

    private static IdSpan Join(IdSpan key, string extension)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(extension);
        return new IdSpan([.. key.AsSpan(), (byte)'+', .. Encoding.UTF8.GetBytes(extension)]);
    }

    private static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> extension)
    {
        var plus = key.IndexOf((byte)'+');
        extension = plus < 0 ? default : key[(plus + 1)..];
        return plus < 0 ? key : key[..plus];
    }

    private static string? Text(ReadOnlySpan<byte> extension) => extension.IsEmpty ? null : Encoding.UTF8.GetString(extension);

    private static InvalidOperationException NotA(string kind, GrainId id) => new($"The key of grain {id} is not {kind} key.");
}
