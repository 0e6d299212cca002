using System.Security.Cryptography;
using System.Text;

namespace OrleansSocial.Chat;

/// <summary>A fingerprint that stands for a text where only "the same or another" is asked: the first half of its SHA-256.</summary>
internal readonly record struct TextPrint(Guid Value)
{
    /// <summary>The fingerprint of <paramref name="text"/> in UTF-8.</summary>
    public static TextPrint Of(string text)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = length <= 1024 ? stackalloc byte[length] : new byte[length];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(text, utf8)], digest);
        return new(new Guid(digest[..16], bigEndian: true));
    }

    /// <summary>The fingerprint as it is stored.</summary>
    public static TextPrint From(byte[] stored) => new(new Guid(stored, bigEndian: true));

    /// <summary>As it is stored.</summary>
    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);
}
