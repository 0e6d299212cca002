using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace OrleansSocial.Realtime;

/// <summary>What a cursor holds: everything of transactions below <paramref name="Horizon"/> has been handed to its person.</summary>
/// <param name="Horizon">The lowest transaction (xid8) that is not settled for the reader.</param>
/// <param name="Day">When it was issued: days since the year 2000, UTC.</param>
/// <param name="History">Names the database's history: numbers of another history mean nothing here.</param>
/// <remarks>
/// As text: <c>1</c>, then horizon, day, history and a checksum in lower-case hexadecimal of fixed width, so that of two cursors
/// the one with the higher horizon is the greater text. The checksum covers the person: it finds a cursor that was mangled or
/// handed to the wrong person. It keeps no secret, because a cursor only chooses how much of one's own changes is read.
/// Example: horizon 1000 on day 9820 of history 0xfeed is <c>1 00000000000003e8 265c 000000000000feed …</c> without the spaces.
/// </remarks>
internal readonly record struct CursorToken(ulong Horizon, int Day, ulong History)
{
    private const char Version = '1';
    private const int BodyChars = 1 + 16 + 4 + 16;

    /// <summary>How long every cursor is.</summary>
    public const int Chars = BodyChars + 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The day of a moment, as cursors count days.</summary>
    public static int DayOf(DateTimeOffset moment) => Math.Clamp((moment.UtcDateTime - Epoch).Days, 0, ushort.MaxValue);

    /// <summary>The date of such a day.</summary>
    public static DateOnly DateOf(int day) => DateOnly.FromDateTime(Epoch).AddDays(day);

    /// <summary>The cursor as the text that <paramref name="user"/> keeps.</summary>
    public string Write(UserId user)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{Version}{Horizon:x16}{Day:x4}{History:x16}");
        return string.Create(CultureInfo.InvariantCulture, $"{body}{Checksum(body, user):x16}");
    }

    /// <summary>Reads a text that <see cref="Write"/> made for <paramref name="user"/>; false for every other text.</summary>
    public static bool TryRead(string? text, UserId user, out CursorToken token)
    {
        token = default;
        if (text is not { Length: Chars } || text[0] != Version) return false;
        if (text.AsSpan(1).ContainsAnyExcept(HexDigits)) return false;
        if (Hex(text.AsSpan(BodyChars)) != Checksum(text.AsSpan(0, BodyChars), user)) return false;

        token = new CursorToken(Hex(text.AsSpan(1, 16)), (int)Hex(text.AsSpan(17, 4)), Hex(text.AsSpan(21, 16)));
        return true;
    }

    private static ulong Hex(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static ulong Checksum(ReadOnlySpan<char> body, UserId user)
    {
        Span<byte> bytes = stackalloc byte[BodyChars + 16];
        for (var i = 0; i < BodyChars; i++) bytes[i] = (byte)body[i];
        user.Value.TryWriteBytes(bytes[BodyChars..], bigEndian: true, out _);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
