namespace OrleansSocial.Kernel;

public sealed class TextRuleTests
{
    private const int SeenMax = 10;
    private static readonly Refusal s_length = new("test.length", Kind.Unprocessable, "1 to 10 characters.");

    // Not theory data: the runner writes that as UTF-8, which cannot hold a lone surrogate.
    private static readonly (string? Text, string Label)[] s_labels =
    [
        ("Alice", "Alice"),
        ("Zoë", "Zoë"),
        ("e\u0301\u0301", "e\u0301\u0301"),
        ("  Al \u00a0 B\u3000", "Al B"),
        ("\u3164Al\u2800\uffa0B\u3164", "Al B"),
        ("0123456789", "0123456789"),
        ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
        ("❤️", "❤️"),
        ("🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"),
        ("می\u200Cخواهم", "می\u200Cخواهم"),
        ("ක්\u200Dර", "ක්\u200Dර"),
        ("مرحبا", "مرحبا"),
        ("\u0601١", "\u0601١"),
        ("한국", "한국"),
    ];

    private static readonly (string? Text, string Code)[] s_refused =
    [
        (null, "test.length"),
        ("", "test.length"),
        (" \t\n", "test.length"),
        ("\u3164", "test.length"),
        ("\u115f\u1160", "test.length"),
        ("\ufe0f\U000E0100", "test.length"),
        ("\u200d\u200c", "test.length"),
        ("\U000E0041", "test.length"),
        ("01234567890", "test.length"),
        (string.Concat(Enumerable.Repeat("👩‍👩‍👧‍👦", 6)), "test.length"),
        ("a" + new string('\u0301', 1000), "test.length"),
        (new string('x', 1_000_000), "test.length"),
        ("a\0", "request.text_not_storable"),
        ("a\ud83d", "request.text_not_storable"),
        ("a\nb", "request.label"),
        ("a\tb", "request.label"),
        ("a\u0085b", "request.label"),
        ("a\u001b[2J", "request.label"),
        ("a\u2028b", "request.label"),
        ("a\u2029b", "request.label"),
        ("a\u00adb", "request.label"),
        ("a\u200bb", "request.label"),
        ("\ufeffab", "request.label"),
        ("a\u2060b", "request.label"),
        ("al\u200dice", "request.label"),
        ("al\u200cice", "request.label"),
        ("alice\u200d", "request.label"),
        ("\u200dalice", "request.label"),
        ("a\u200d\ufe0fb", "request.label"),
        ("a\U000E0062", "request.label"),
    ];

    [Fact]
    public void A_label_is_one_line_with_its_blanks_joined() =>
        Assert.All(s_labels, one => Assert.Equal(one.Label, TextRules.Label(one.Text, SeenMax, s_length).Value));

    [Fact]
    public void What_is_no_label_is_refused_by_name() =>
        Assert.All(s_refused, one => Assert.Equal(one.Code, TextRules.Label(one.Text, SeenMax, s_length).Refusal?.Code));

    [Fact]
    public void No_character_that_turns_the_direction_is_in_a_label()
    {
        int[] all = [0x061C, 0x200E, 0x200F, .. Enumerable.Range(0x202A, 5), .. Enumerable.Range(0x2066, 4)];

        Assert.All(all, one => Assert.Equal("request.label", TextRules.Label($"a{(char)one}b", SeenMax, s_length).Refusal?.Code));
    }

    [Fact]
    public void A_label_once_kept_is_the_same_label()
    {
        foreach (var (text, _) in s_labels)
        {
            var kept = TextRules.Label(text, SeenMax, s_length).Value;
            Assert.Equal(kept, TextRules.Label(kept, SeenMax, s_length).Value);
        }
    }

    [Fact]
    public void What_people_see_is_counted_and_its_code_points_are_bounded()
    {
        Assert.True(TextRules.FitsAsSeen("e\u0301o\u0308", 2));
        Assert.False(TextRules.FitsAsSeen("abc", 2));
        Assert.True(TextRules.FitsAsSeen("👩‍👩‍👧‍👦a", 2));
        Assert.False(TextRules.FitsAsSeen("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2));
    }
}
