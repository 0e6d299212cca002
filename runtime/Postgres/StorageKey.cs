using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>A grain's key as the columns of table <c>orleansstorage</c> hold it.</summary>
/// <remarks>
/// A key that reads as GUID or as hexadecimal integer, with or without <c>+extension</c>, is stored as numbers; any other is
/// stored as text. So the text keys <c>20235</c> and <c>020235</c> share a row: names carry a prefix that is not hexadecimal.
/// </remarks>
internal readonly record struct StorageKey(int Hash, long N0, long N1, string? Extension)
{
    public static StorageKey Of(IdSpan key)
    {
        var text = key.ToString();
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        var head = plus < 0 ? text : text[..plus];
        var extension = plus < 0 ? null : text[(plus + 1)..];
        Span<byte> number = stackalloc byte[16];
        if (head.Length == 32 && Guid.TryParseExact(head, "N", out var guid))
        {
            guid.TryWriteBytes(number);
            return new StorageKey(
                HashOf(number, extension),
                BinaryPrimitives.ReadInt64LittleEndian(number),
                BinaryPrimitives.ReadInt64LittleEndian(number[8..]),
                extension);
        }

        if (head.Length is > 0 and <= 16
            && long.TryParse(head, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var integer))
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, integer);
            return new StorageKey(HashOf(number[..8], extension), 0, integer, extension);
        }

        return new StorageKey(HashOf([], text), 0, 0, text);
    }

    /// <summary>The hash of a state's name.</summary>
    public static int HashOfName(string stateName) => Canonical(StableHash.ComputeHash(Encoding.UTF8.GetBytes(stateName)));

    private static int HashOf(ReadOnlySpan<byte> number, string? text)
    {
        byte[] bytes = [.. number, .. text is null ? [] : Encoding.UTF8.GetBytes(text)];
        Array.Reverse(bytes);
        return Canonical(StableHash.ComputeHash(bytes));
    }

    // The column holds the hash's big-endian bytes as a little-endian machine reads them.
    private static int Canonical(uint hash) => BinaryPrimitives.ReverseEndianness((int)hash);
}
