using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrleansSocial.Identity;

/// <summary>An opaque refresh token: the session that it belongs to, a part that all tokens of the session share, and one of its own.</summary>
/// <remarks>
/// The session stores hashes only. The shared part tells a token that was used before (which ends the session) from one that was
/// never issued (which must not: else whoever learns a session id could end it).
/// </remarks>
internal sealed record RefreshToken(SessionId Session, byte[] Family, byte[] Secret)
{
    private const int IdBytes = 16;
    private const int FamilyBytes = 16;
    private const int SecretBytes = RefreshTokens.Bytes - IdBytes - FamilyBytes;

    /// <summary>The first token of a session.</summary>
    public static RefreshToken First(SessionId session) =>
        new(session, RandomNumberGenerator.GetBytes(FamilyBytes), RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The token that replaces this one.</summary>
    public RefreshToken Next() => this with { Secret = RandomNumberGenerator.GetBytes(SecretBytes) };

    /// <summary>The hash under which a part is stored. The parts are random, so a plain hash cannot be turned back.</summary>
    public static byte[] Hash(byte[] part) => SHA256.HashData(part);

    /// <summary>Whether a part has this hash; takes the same time for every part.</summary>
    public static bool Matches(byte[] part, byte[] hash) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(part), hash);

    /// <summary>Reads the text of a token; null when it cannot be one.</summary>
    public static RefreshToken? Read(string? text)
    {
        if (RefreshTokens.Read(text) is not { } bytes) return null;
        return new(
            RefreshTokens.SessionOf(bytes),
            bytes[IdBytes..(IdBytes + FamilyBytes)],
            bytes[(IdBytes + FamilyBytes)..]);
    }

    /// <summary>The text that the device keeps.</summary>
    public string Write()
    {
        var bytes = new byte[RefreshTokens.Bytes];
        Session.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        Family.CopyTo(bytes, IdBytes);
        Secret.CopyTo(bytes, IdBytes + FamilyBytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Says nothing of the token, so that it cannot get into a log.</summary>
    public override string ToString() => $"refresh token of {Session}";
}
