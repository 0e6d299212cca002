using System.Buffers.Text;

namespace OrleansSocial.Identity;

/// <summary>What may be known of a refresh token without its session: which session it names.</summary>
public static class RefreshTokens
{
    /// <summary>The bytes of a token: 16 of the session id, the rest random.</summary>
    public const int Bytes = 64;

    /// <summary>Reads a token's bytes from its text: base64url without padding, in its one canonical form. Null for everything else.</summary>
    public static byte[]? Read(string? text)
    {
        if (text is null || text.Length != Base64Url.GetEncodedLength(Bytes) || !Base64Url.IsValid(text)) return null;
        var bytes = new byte[Bytes];
        return Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == Bytes && Base64Url.EncodeToString(bytes) == text ? bytes : null;
    }

    /// <summary>The session that the bytes of a token name.</summary>
    public static SessionId SessionOf(ReadOnlySpan<byte> token) => SessionId.From(new Guid(token[..16], bigEndian: true));
}
