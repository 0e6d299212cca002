using System.Buffers.Text;
using OrleansSocial.Realtime;

namespace OrleansSocial.Kernel;

/// <summary>A list that is read in pages along a key, against one in memory.</summary>
public sealed class KeysetTests
{
    private static readonly UserId s_alice = UserId.From(new Guid("0198f3a2-0000-7000-8000-00000000a11c"));
    private static readonly UserId s_bob = UserId.From(new Guid("0198f3a2-0000-7000-8000-000000000b0b"));
    private static readonly Keyset<Key> s_list = new("tests.list", Keys.Of(1));

    private readonly record struct Key(long Score, Guid Id);

    [Theory]
    [InlineData(0, 3, "")]
    [InlineData(1, 3, "0")]
    [InlineData(3, 3, "012")]
    [InlineData(4, 3, "012|3")]
    [InlineData(7, 3, "012|345|6")]
    [InlineData(9, 1, "0|1|2|3|4|5|6|7|8")]
    public void A_list_is_read_to_its_end_and_back_to_its_beginning(int items, int limit, string pages)
    {
        var list = Items(items);

        var forth = Walk(list, limit, page => page.Next, (cursor, l) => PageAsk.Of(cursor, null, l).Value);
        Assert.Equal(pages, string.Join('|', forth.Select(Text)));

        // Back from the last page: the same items, in the list's order, in pages that are cut from the other end.
        var back = Walk(list, limit, page => page.Previous, (cursor, l) => PageAsk.Of(null, cursor, l).Value, from: forth[^1]);
        Assert.Equal(pages.Replace("|", "", StringComparison.Ordinal), string.Concat(back.AsEnumerable().Reverse().Select(Text)));
    }

    [Fact]
    public void Items_of_the_same_score_are_parted_by_what_else_is_in_the_key()
    {
        var list = Items(6, _ => 7);

        Assert.Equal("01|23|45", string.Join('|', Walk(list, 2, page => page.Next, (cursor, l) => PageAsk.Of(cursor, null, l).Value).Select(Text)));
    }

    [Fact]
    public void One_more_than_asked_for_tells_whether_there_is_more()
    {
        var ask = PageAsk.Of(null, null, 2).Value;
        var from = s_list.Read(s_alice, ask).Value;

        Assert.Equal(3, from.RowsMax);
        Assert.Null(from.Cut(Items(2)).Next);
        var page = from.Cut(Items(3));
        Assert.Equal((2, null), (page.Items.Count, page.Previous));
        Assert.NotNull(page.Next);
    }

    [Fact]
    public void A_page_in_the_middle_leads_both_ways_and_an_empty_one_nowhere()
    {
        var list = Items(9);
        var cursor = s_list.Write(s_alice, list[3].Key);

        var after = Read(list, PageAsk.Of(cursor, null, 2).Value);
        var before = Read(list, PageAsk.Of(null, cursor, 2).Value);

        Assert.Equal(("45", "12"), (Text(after), Text(before)));
        Assert.Equal("67", Text(Read(list, PageAsk.Of(after.Next, null, 2).Value)));
        Assert.Equal("23", Text(Read(list, PageAsk.Of(null, after.Previous, 2).Value)));
        Assert.Equal("34", Text(Read(list, PageAsk.Of(before.Next, null, 2).Value)));
        Assert.Equal("0", Text(Read(list, PageAsk.Of(null, before.Previous, 2).Value)));
        var beyond = Read(list, PageAsk.Of(s_list.Write(s_alice, list[^1].Key), null, 2).Value);
        Assert.Equal((0, null, null), (beyond.Items.Count, beyond.Next, beyond.Previous));
    }

    [Fact]
    public void What_this_cluster_did_not_give_this_person_for_this_list_is_refused()
    {
        var key = Items(1)[0].Key;
        var cursor = s_list.Write(s_alice, key);

        Assert.Null(Refusal(cursor));
        Assert.Equal(CommonRefusals.BadCursor, Refusal(cursor, s_bob));
        Assert.Equal(CommonRefusals.BadCursor, Refusal(new Keyset<Key>("tests.other", Keys.Of(1)).Write(s_alice, key)));
        Assert.Equal(CommonRefusals.BadCursor, Refusal(new Keyset<Key>("tests.list", Keys.Of(2)).Write(s_alice, key)));
        Assert.Equal(CommonRefusals.BadCursor, Refusal(new CursorToken(1, 1, 1).Write(Keys.Of(1), s_alice)));
    }

    [Fact]
    public void Every_changed_character_is_noticed_and_so_is_another_way_of_writing_it()
    {
        var cursor = s_list.Write(s_alice, Items(1)[0].Key);

        for (var i = 0; i < cursor.Length; i++)
        {
            foreach (var c in "AQgw09-_ =.é\0")
            {
                if (c != cursor[i]) Assert.Equal(CommonRefusals.BadCursor, Refusal(string.Concat(cursor.AsSpan(0, i), [c], cursor.AsSpan(i + 1))));
            }
        }

        foreach (var other in (string[])[$" {cursor}", $"{cursor}\n", $"{cursor}=", $"{cursor}A", cursor[1..], cursor[..^1], cursor.ToUpperInvariant()])
            Assert.Equal(CommonRefusals.BadCursor, Refusal(other));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("null")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("________________________________")]
    public void Other_texts_are_not_cursors(string text)
    {
        Assert.Equal(CommonRefusals.BadCursor, Refusal(text));
        Assert.Equal(CommonRefusals.BadCursor, Refusal(Base64Url.EncodeToString(new byte[4000])));
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("a", null, 1, null)]
    [InlineData(null, "b", 100, null)]
    [InlineData("a", "b", 10, "request.two_directions")]
    [InlineData("", "", 10, "request.two_directions")]
    [InlineData(null, null, 0, "request.bad_limit")]
    [InlineData(null, null, 101, "request.bad_limit")]
    [InlineData(null, null, int.MinValue, "request.bad_limit")]
    public void A_page_is_asked_for_in_one_direction_and_by_a_fair_number(string? after, string? before, int? limit, string? code)
    {
        var ask = PageAsk.Of(after, before, limit);

        Assert.Equal(code, ask.Refusal?.Code);
        if (code is null) Assert.Equal((after, before, limit ?? 50), (ask.Value.After, ask.Value.Before, ask.Value.Limit));
    }

    // Ordered by falling score, then by rising id.
    private static List<(int Item, Key Key)> Items(int count, Func<int, long>? score = null) =>
        [.. Enumerable.Range(0, count).Select(i => (i, new Key(score?.Invoke(i) ?? 100 - i, new Guid(i, 0, 0, new byte[8]))))];

    private static Page<int> Read(List<(int Item, Key Key)> list, PageAsk ask)
    {
        var from = s_list.Read(s_alice, ask).Value;
        var at = from.Cursor is { } cursor ? list.FindIndex(row => row.Key == cursor) : -1;
        var rows = from.Backward ? list.Take(at).Reverse() : list.Skip(at + 1);
        return from.Cut([.. rows.Take(from.RowsMax)]);
    }

    private static List<Page<int>> Walk(
        List<(int Item, Key Key)> list, int limit, Func<Page<int>, string?> onward, Func<string?, int, PageAsk> ask, Page<int>? from = null)
    {
        var pages = new List<Page<int>> { from ?? Read(list, ask(null, limit)) };
        while (onward(pages[^1]) is { } cursor) pages.Add(Read(list, ask(cursor, limit)));
        return pages;
    }

    private static string Text(Page<int> page) => string.Concat(page.Items);

    private static Refusal? Refusal(string cursor, UserId? user = null) => s_list.Read(user ?? s_alice, PageAsk.Of(cursor, null).Value).Refusal;
}
