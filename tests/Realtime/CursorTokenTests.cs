namespace OrleansSocial.Realtime;

public sealed class CursorTokenTests
{
    private const int Today = 9820;

    private static readonly UserId s_alice = UserId.From(new Guid("0198f3a2-0000-7000-8000-00000000a11c"));
    private static readonly UserId s_bob = UserId.From(new Guid("0198f3a2-0000-7000-8000-000000000b0b"));
    private static readonly ClusterKey s_cluster = Keys.Of(1);
    private static readonly CursorToken s_token = new(1000, Today, 0xfeed);

    [Theory]
    [InlineData(0UL, 0, 0UL)]
    [InlineData(1000UL, 9820, 0xfeedUL)]
    [InlineData(ulong.MaxValue, ushort.MaxValue, ulong.MaxValue)]
    public void What_is_written_for_a_person_is_read_for_them(ulong horizon, int day, ulong history)
    {
        var token = new CursorToken(horizon, day, history);

        var text = token.Write(s_cluster, s_alice);

        Assert.Equal(CursorToken.Chars, text.Length);
        Assert.True(CursorToken.TryRead(text, s_cluster, s_alice, day, out var read));
        Assert.Equal(token, read);
    }

    [Fact]
    public void The_fields_stand_where_the_description_says()
        => Assert.StartsWith("200000000000003e8265c000000000000feed", s_token.Write(s_cluster, s_alice), StringComparison.Ordinal);

    [Fact]
    public void A_cursor_of_alice_is_none_of_bobs() => Assert.False(IsRead(s_token.Write(s_cluster, s_alice), s_bob));

    [Fact]
    public void What_another_cluster_gave_is_no_cursor() => Assert.False(IsRead(s_token.Write(Keys.Of(2), s_alice)));

    [Theory]
    [InlineData(Today - 3650, true)]
    [InlineData(Today, true)]
    [InlineData(Today + 1, true)] // the clock of another silo is past midnight
    [InlineData(Today + 2, false)]
    [InlineData(ushort.MaxValue, false)]
    public void A_day_in_the_future_is_no_day_of_a_cursor(int day, bool read) => Assert.Equal(read, IsRead((s_token with { Day = day }).Write(s_cluster, s_alice)));

    [Fact]
    public void Every_changed_character_is_noticed()
    {
        var text = s_token.Write(s_cluster, s_alice);

        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in "0123456789abcdefABCDEF ~é")
            {
                if (c == text[i]) continue;
                var changed = string.Concat(text.AsSpan(0, i), [c], text.AsSpan(i + 1));
                Assert.False(IsRead(changed), changed);
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("newest")]
    [InlineData("99999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("999999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("9999999999999999999999999999999999999999999999999999999999999999999999")]
    public void Other_texts_are_not_cursors(string? text) => Assert.False(IsRead(text));

    [Fact]
    public void Upper_case_is_not_the_same_cursor() => Assert.False(IsRead(s_token.Write(s_cluster, s_alice).ToUpperInvariant()));

    [Fact]
    public void The_later_cursor_is_the_greater_text()
    {
        CursorToken[] inOrder = [new(9, 1, 5), new(10, 1, 5), new(255, 1, 5), new(256, 1, 5), new(256, 2, 5), new(1UL << 40, 2, 5)];

        var texts = inOrder.Select(t => t.Write(s_cluster, s_alice)).Prepend($"1{new string('f', 52)}").ToList();

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

    private static bool IsRead(string? text, UserId? user = null) => CursorToken.TryRead(text, s_cluster, user ?? s_alice, Today, out _);
}
