using System.Globalization;
using System.Text;

namespace OrleansSocial.Kernel;

/// <summary>What holds for every text that is stored. Pure.</summary>
public static class TextRules
{
    /// <summary>Longest description of a fault.</summary>
    public const int FaultCharsMax = 2000;

    /// <summary>So many code points make up a character that people see, on the average, at most.</summary>
    public const int CodePointsEach = 4;

    /// <summary>A fault in a text that PostgreSQL can hold, whatever its message is made of.</summary>
    public static string Describe(Exception fault)
    {
        var text = $"{fault.GetType().Name}: {fault.Message}".Replace('\0', '\uFFFD');
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Length <= FaultCharsMax ? text : text[..FaultCharsMax]));
    }

    /// <summary>Whether PostgreSQL can hold the text and give it back byte for byte: no NUL character and no lone surrogate.</summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\0' || char.IsLowSurrogate(c))
            {
                return false;
            }

            if (char.IsHighSurrogate(c))
            {
                if (i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    /// <summary>The refusal of a text that cannot be stored, or null.</summary>
    public static Refusal? Refuse(string text) => IsStorable(text) ? null : CommonRefusals.TextNotStorable;

    /// <summary>How many Unicode code points a text has: an emoji outside the basic plane is one.</summary>
    public static int CountChars(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>Whether a reader would see nothing at all.</summary>
    public static bool DrawsNothing(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!RuneRules.IsBlank(rune) && !RuneRules.IsUnseen(rune)) return false;
        }

        return true;
    }

    /// <summary>Whether a text has at most <paramref name="charsMax"/> code points. One has at most two UTF-16 units, so most long texts need no count.</summary>
    public static bool Fits(string text, int charsMax) => text.Length <= charsMax || (text.Length <= 2L * charsMax && CountChars(text) <= charsMax);

    /// <summary>Whether people see at most <paramref name="seenMax"/> characters, each made of a few code points, as a family of emoji is: on the average at most <see cref="CodePointsEach"/>.</summary>
    public static bool FitsAsSeen(string text, int seenMax)
    {
        if (!Fits(text, CodePointsEach * seenMax)) return false;
        var seen = 0;
        for (var rest = text.AsSpan(); rest.Length > 0 && seen <= seenMax; seen++) rest = rest[StringInfo.GetNextTextElementLength(rest)..];
        return seen <= seenMax;
    }

    /// <summary>
    /// A text that stands in other people's lines, such as a name or a title: one line of what can be seen, its blanks joined and those around it
    /// taken away. Refused with <paramref name="length"/> when it shows nothing or too much, and by name when it holds what a line must not.
    /// </summary>
    /// <param name="text">As it came.</param>
    /// <param name="seenMax">The most characters that people see.</param>
    /// <param name="length">What is said of one that is too short or too long.</param>
    public static Outcome<string> Label(string? text, int seenMax, Refusal length)
    {
        if (text is null || text.Length > 2L * CodePointsEach * seenMax || DrawsNothing(text)) return length;
        if (!IsStorable(text)) return CommonRefusals.TextNotStorable;
        if (!IsLine(text)) return CommonRefusals.Label;
        var label = Joined(text);
        return FitsAsSeen(label, seenMax) ? label : length;
    }

    /// <summary>Whether nothing in a text breaks the line, turns its direction, or is there without being seen.</summary>
    private static bool IsLine(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = at + StringInfo.GetNextTextElementLength(text.AsSpan(at));
            var flag = Rune.GetRuneAt(text, at).Value == RuneRules.BlackFlag;
            for (var i = at; i < end;)
            {
                var rune = Rune.GetRuneAt(text, i);
                var next = i + rune.Utf16SequenceLength;
                var fits = RuneRules.IsJoiner(rune) ? IsJoined(text, i, next, end) : !RuneRules.BreaksLine(rune) || (flag && RuneRules.IsTag(rune));
                if (!fits) return false;
                i = next;
            }

            at = end;
        }

        return true;
    }

    /// <summary>A joiner is needed within what is seen as one character, after a sign that takes the vowel away, and, where it parts, between letters that would join.</summary>
    private static bool IsJoined(string text, int at, int next, int end)
    {
        foreach (var rune in text.AsSpan(next, end - next).EnumerateRunes())
        {
            if (!RuneRules.IsUnseen(rune) && !RuneRules.IsMark(rune)) return true;
        }

        if (at == 0 || next != end || end == text.Length) return false;
        Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var before, out _);
        var after = Rune.GetRuneAt(text, next);
        return (RuneRules.IsMark(before) && Rune.IsLetter(after)) || (text[at] == RuneRules.NonJoiner && RuneRules.IsCursive(before) && RuneRules.IsCursive(after));
    }

    private static string Joined(string text)
    {
        var label = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!RuneRules.IsBlank(rune)) label.Append(rune);
            else if (label.Length > 0 && label[^1] != ' ') label.Append(' ');
        }

        return label.ToString().TrimEnd(' ');
    }
}
