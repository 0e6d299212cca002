namespace OrleansSocial.Realtime;

public sealed class CursorTokenTests
{
    private static readonly UserId s_alice = UserId.From(new Guid("0198f3a2-0000-7000-8000-00000000a11c"));
    private static readonly UserId s_bob = UserId.From(new Guid("0198f3a2-0000-7000-8000-000000000b0b"));
    private static readonly CursorToken s_token = new(1000, 9820, 0xfeed);

    [Theory]
    [InlineData(0UL, 0, 0UL)]
    [InlineData(1000UL, 9820, 0xfeedUL)]
    [InlineData(ulong.MaxValue, ushort.MaxValue, ulong.MaxValue)]
    public void What_is_written_for_a_person_is_read_for_them(ulong horizon, int day, ulong history)
    {
        var token = new CursorToken(horizon, day, history);

        var text = token.Write(s_alice);

        Assert.Equal(CursorToken.Chars, text.Length);
        Assert.True(CursorToken.TryRead(text, s_alice, out var read));
        Assert.Equal(token, read);
    }

    [Fact]
    public void The_fields_stand_where_the_description_says()
        => Assert.StartsWith("100000000000003e8265c000000000000feed", s_token.Write(s_alice), StringComparison.Ordinal);

    [Fact]
    public void A_cursor_of_alice_is_none_of_bobs() => Assert.False(CursorToken.TryRead(s_token.Write(s_alice), s_bob, out _));

    [Fact]
    public void Every_changed_character_is_noticed()
    {
        var text = s_token.Write(s_alice);

        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in "0123456789abcdefABCDEF ~é")
            {
                if (c == text[i]) continue;
                var changed = string.Concat(text.AsSpan(0, i), [c], text.AsSpan(i + 1));
                Assert.False(CursorToken.TryRead(changed, s_alice, out _), changed);
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("newest")]
    [InlineData("9999999999999999999999999999999999999999999999999999")]
    [InlineData("99999999999999999999999999999999999999999999999999999")]
    [InlineData("999999999999999999999999999999999999999999999999999999")]
    public void Other_texts_are_not_cursors(string? text) => Assert.False(CursorToken.TryRead(text, s_alice, out _));

    [Fact]
    public void Upper_case_is_not_the_same_cursor() => Assert.False(CursorToken.TryRead(s_token.Write(s_alice).ToUpperInvariant(), s_alice, out _));

    [Fact]
    public void The_later_cursor_is_the_greater_text()
    {
        CursorToken[] inOrder = [new(9, 1, 5), new(10, 1, 5), new(255, 1, 5), new(256, 1, 5), new(256, 2, 5), new(1UL << 40, 2, 5)];

        var texts = inOrder.Select(t => t.Write(s_alice)).ToList();

        Assert.Equal(texts.Order(StringComparer.Ordinal), texts);
    }

    [Theory]
    [InlineData("2000-01-01T00:00:00Z", 0)]
    [InlineData("2000-01-01T23:59:59Z", 0)]
    [InlineData("2026-11-20T00:00:00Z", 9820)]
    [InlineData("1999-01-01T00:00:00Z", 0)]
    [InlineData("2300-01-01T00:00:00Z", 65535)]
    public void Days_are_counted_from_2000(string moment, int day)
        => Assert.Equal(day, CursorToken.DayOf(DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture)));
}
