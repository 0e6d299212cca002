using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansSocial.Realtime;

/// <summary>What a cursor holds: everything of transactions below <paramref name="Horizon"/> has been handed to its person.</summary>
/// <param name="Horizon">The lowest transaction (xid8) that is not settled for the reader.</param>
/// <param name="Day">When it was issued: days since the year 2000, UTC.</param>
/// <param name="History">Names the database's history: numbers of another history mean nothing here.</param>
/// <remarks>
/// As text: <c>2</c>, then horizon, day, history and the mark of the cluster in lower-case hexadecimal of fixed width, so that of two
/// cursors the one with the higher horizon is the greater text. The mark covers the person: what was mangled, made up or given to
/// somebody else is no cursor.
/// Example: horizon 1000 on day 9820 of history 0xfeed is <c>2 00000000000003e8 265c 000000000000feed …</c> without the spaces.
/// </remarks>
internal readonly record struct CursorToken(ulong Horizon, int Day, ulong History)
{
    private const char Version = '2';
    private const int BodyChars = 1 + 16 + 4 + 16;
    private const string Use = "realtime.cursor";

    /// <summary>How long every cursor is.</summary>
    public const int Chars = BodyChars + (2 * ClusterKey.MarkBytes);

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly DateTime s_epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The day of a moment, as cursors count days.</summary>
    public static int DayOf(DateTimeOffset moment) => Math.Clamp((moment.UtcDateTime - s_epoch).Days, 0, ushort.MaxValue);

    /// <summary>The date of such a day.</summary>
    public static DateOnly DateOf(int day) => DateOnly.FromDateTime(s_epoch).AddDays(day);

    /// <summary>The cursor as the text that <paramref name="user"/> keeps.</summary>
    public string Write(ClusterKey cluster, UserId user)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{Version}{Horizon:x16}{Day:x4}{History:x16}");
        Span<byte> mark = stackalloc byte[ClusterKey.MarkBytes];
        cluster.Mark(Use, user, Encoding.ASCII.GetBytes(body), mark);
        return body + Convert.ToHexStringLower(mark);
    }

    /// <summary>Reads a text that <see cref="Write"/> made for <paramref name="user"/>; false for every other text, and for one from the future.</summary>
    public static bool TryRead(string? text, ClusterKey cluster, UserId user, int today, out CursorToken token)
    {
        token = default;
        if (text is not { Length: Chars } || text[0] != Version || text.AsSpan().ContainsAnyExcept(s_hexDigits)) return false;
        if (!cluster.Knows(Use, user, Encoding.ASCII.GetBytes(text, 0, BodyChars), Convert.FromHexString(text.AsSpan(BodyChars)))) return false;

        // At midnight the clocks of two silos may name different days.
        var read = new CursorToken(Hex(text.AsSpan(1, 16)), (int)Hex(text.AsSpan(17, 4)), Hex(text.AsSpan(21, 16)));
        if (read.Day > today + 1) return false;
        token = read;
        return true;
    }

    /// <summary>Whether a text has the form that cursors had before they were marked. Nothing in it is believed: its person reads everything anew.</summary>
    public static bool IsUnmarked(string text) => text is { Length: BodyChars + 16 } && text[0] == '1' && !text.AsSpan().ContainsAnyExcept(s_hexDigits);

    private static ulong Hex(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
