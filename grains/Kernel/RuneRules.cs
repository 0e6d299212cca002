using System.Globalization;
using System.Text;

namespace OrleansSocial.Kernel;

/// <summary>What single code points are to somebody who reads. Pure.</summary>
internal static class RuneRules
{
    /// <summary>ZERO WIDTH NON-JOINER.</summary>
    public const char NonJoiner = '\u200C';

    /// <summary>The flag that tags follow, as in that of Scotland.</summary>
    public const int BlackFlag = 0x1F3F4;

    /// <summary>White space, and what looks like it: the fillers of Hangul and the empty Braille pattern.</summary>
    public static bool IsBlank(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value is 0x2800 or 0x3164 or 0xFFA0;

    /// <summary>Draws nothing by itself: controls, formats, fillers within syllables, and what only chooses how the character before it looks.</summary>
    public static bool IsUnseen(Rune rune) =>
        (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format && !IsDrawnFormat(rune))
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2065
            or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF);

    /// <summary>Ends a line, turns the direction of what follows, or is a format that nobody sees.</summary>
    public static bool BreaksLine(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => !IsDrawnFormat(rune),
        _ => false,
    };

    /// <summary>ZERO WIDTH JOINER or NON-JOINER.</summary>
    public static bool IsJoiner(Rune rune) => rune.Value is 0x200D or NonJoiner;

    /// <summary>A letter of a tag, by which a flag says of what it is.</summary>
    public static bool IsTag(Rune rune) => rune.Value is >= 0xE0020 and <= 0xE007F;

    /// <summary>A sign that stands on a letter.</summary>
    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>A letter of the scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian.</summary>
    public static bool IsCursive(Rune rune) => rune.Value
        is (>= 0x0600 and <= 0x07FF) or (>= 0x0840 and <= 0x08FF) or (>= 0x1800 and <= 0x18AF) or (>= 0xFB50 and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC);

    /// <summary>Signs of numbers and ends of verses, and the joints of hieroglyphs.</summary>
    private static bool IsDrawnFormat(Rune rune) => rune.Value
        is (>= 0x0600 and <= 0x0605) or 0x06DD or 0x070F or 0x0890 or 0x0891 or 0x08E2 or 0x110BD or 0x110CD or (>= 0x13430 and <= 0x1343F);
}
