using System.Globalization;
using System.Text;

namespace OrleansSocial.Kernel;

/// <summary>What holds for every text that is stored. Pure.</summary>
public static class TextRules
{
    /// <summary>Longest description of a fault.</summary>
    public const int FaultCharsMax = 2000;

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

    /// <summary>How many characters a person counts at most: Unicode code points, so an emoji outside the basic plane is one.</summary>
    public static int CountChars(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>Whether a reader would see nothing: only white space, control and format characters.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a text can stand as a name that people see: something to read, of at most <paramref name="charsMax"/> characters.</summary>
    public static bool IsName(string text, int charsMax) => Fits(text, charsMax) && !IsBlank(text);

    /// <summary>Whether a text has at most <paramref name="charsMax"/> characters. A code point has at most two UTF-16 units, so most long texts need no count.</summary>
    public static bool Fits(string text, int charsMax) => text.Length <= 2 * charsMax && CountChars(text) <= charsMax;
}
