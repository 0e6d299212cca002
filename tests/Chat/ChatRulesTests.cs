using System.Collections.Immutable;

namespace OrleansSocial.Chat;

public sealed class ChatRulesTests
{
    private static readonly ChatOptions Options = new() { TextCharsMax = 10, MembersMax = 4 };
    private static readonly UserId Alice = User(1), Bob = User(2), Carol = User(3), Dave = User(4), Erin = User(5);

    // Not theory data: the runner writes that as UTF-8, which cannot hold a lone surrogate.
    private static readonly (string? Text, string? Code)[] Texts =
    [
        ("hello", null),
        ("0123456789", null),
        ("01234567890", "chat.text_too_long"),
        ("👍👍👍👍👍👍👍👍👍👍", null),
        ("👍👍👍👍👍👍👍👍👍👍👍", "chat.text_too_long"),
        (" x ", null),
        ("שלום", null),
        ("e\u0301\u0301", null),
        ("👩‍👩‍👧", null),
        (null, "chat.text_empty"),
        ("", "chat.text_empty"),
        (" \t\r\n\u00a0\u3000", "chat.text_empty"),
        ("\u200b\u200e", "chat.text_empty"),
        ("a\0b", "request.text_not_storable"),
        ("\0", "request.text_not_storable"),
        ("\ud83d", "request.text_not_storable"),
        ("a\udc4d", "request.text_not_storable"),
        ("\udc4d\ud83d", "request.text_not_storable"),
    ];

    public static TheoryData<string?, bool> ClientKeys => new()
    {
        { "k", true },
        { "!~", true },
        { new string('k', 64), true },
        { new string('k', 65), false },
        { "", false },
        { null, false },
        { "a b", false },
        { "a\n", false },
        { "ключ", false },
        { "k\u007f", false },
        { "\0", false },
    };

    public static TheoryData<ConversationKind, string?, string?> Titles => new()
    {
        { ConversationKind.Direct, null, null },
        { ConversationKind.Direct, "ours", "chat.title_length" },
        { ConversationKind.Group, "ours", null },
        { ConversationKind.Group, new string('t', 100), null },
        { ConversationKind.Group, string.Concat(Enumerable.Repeat("👍", 100)), null },
        { ConversationKind.Group, new string('t', 101), "chat.title_length" },
        { ConversationKind.Group, "", "chat.title_length" },
        { ConversationKind.Group, "  ", "chat.title_length" },
        { ConversationKind.Group, null, "chat.title_length" },
        { ConversationKind.Group, "a\0", "request.text_not_storable" },
    };

    [Fact]
    public void A_text_is_refused_by_name() =>
        Assert.All(Texts, t => Assert.Equal(t.Code, ChatRules.RefuseText(t.Text, Options)?.Code));

    [Theory, MemberData(nameof(ClientKeys))]
    public void A_client_key_is_visible_ascii(string? key, bool fits) => Assert.Equal(fits, Kernel.ClientKeys.IsKey(key));

    [Theory, MemberData(nameof(Titles))]
    public void A_group_has_a_title_and_a_pair_has_none(ConversationKind kind, string? title, string? code) =>
        Assert.Equal(code, ChatRules.RefuseTitle(kind, title)?.Code);

    [Fact]
    public void Refusals_of_a_send_come_in_their_order()
    {
        var room = Group((Alice, MemberRole.Admin));

        Assert.Equal("chat.not_found", ChatRules.RefuseSend(null, new(Alice, "", ""), Options)?.Code);
        Assert.Equal("chat.not_found", ChatRules.RefuseSend(room, new(Bob, "", ""), Options)?.Code);
        Assert.Equal("chat.client_key", ChatRules.RefuseSend(room, new(Alice, "", "\0"), Options)?.Code);
        Assert.Equal("request.text_not_storable", ChatRules.RefuseSend(room, new(Alice, "k", "\0" + new string('x', 20)), Options)?.Code);
        Assert.Equal("chat.text_too_long", ChatRules.RefuseSend(room, new(Alice, "k", new string('x', 11)), Options)?.Code);
        Assert.Null(ChatRules.RefuseSend(room, new(Alice, "k", "hello"), Options));
    }

    [Fact]
    public void A_pair_is_two_people_and_a_group_as_many_as_it_may_hold()
    {
        string? Code(ConversationKind kind, params UserId[] others) =>
            ChatRules.RefuseCreate(new(Alice, kind, kind == ConversationKind.Group ? "ours" : null, others), Options)?.Code;

        Assert.Null(Code(ConversationKind.Direct, Bob));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct, Alice));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct, Bob, Carol));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct, Bob, Bob));
        Assert.Null(Code(ConversationKind.Group));
        Assert.Null(Code(ConversationKind.Group, Bob, Carol, Dave));
        Assert.Null(Code(ConversationKind.Group, Bob, Bob, Alice, Carol, Dave));
        Assert.Equal("chat.members_count", Code(ConversationKind.Group, Bob, Carol, Dave, Erin));
    }

    [Fact]
    public void Only_an_admin_of_a_group_invites_and_only_as_many_as_fit()
    {
        var room = Group((Alice, MemberRole.Admin), (Bob, MemberRole.Member));

        Assert.Equal("chat.not_found", ChatRules.RefuseInvite(room, Dave, [Carol], Options)?.Code);
        Assert.Equal("chat.not_a_group", ChatRules.RefuseInvite(Pair(), Alice, [Carol], Options)?.Code);
        Assert.Equal("chat.not_an_admin", ChatRules.RefuseInvite(room, Bob, [Carol], Options)?.Code);
        Assert.Equal("chat.members_count", ChatRules.RefuseInvite(room, Alice, [], Options)?.Code);
        Assert.Equal("chat.members_count", ChatRules.RefuseInvite(room, Alice, [Carol, Dave, Erin], Options)?.Code);
        Assert.Null(ChatRules.RefuseInvite(room, Alice, [Carol, Dave, Bob, Carol], Options));
    }

    [Fact]
    public void Everyone_may_leave_and_only_an_admin_removes_another()
    {
        var room = Group((Alice, MemberRole.Admin), (Bob, MemberRole.Member));

        Assert.Null(ChatRules.RefuseRemove(room, Bob, Bob));
        Assert.Null(ChatRules.RefuseRemove(room, Alice, Bob));
        Assert.Equal("chat.not_an_admin", ChatRules.RefuseRemove(room, Bob, Alice)?.Code);
        Assert.Equal("chat.not_a_group", ChatRules.RefuseRemove(Pair(), Alice, Alice)?.Code);
        Assert.Equal("chat.not_found", ChatRules.RefuseRemove(room, Carol, Carol)?.Code);
    }

    [Fact]
    public void One_changes_ones_own_text_and_an_admin_deletes_any()
    {
        var room = Group((Alice, MemberRole.Admin), (Bob, MemberRole.Member), (Carol, MemberRole.Member));
        var text = Message(Bob, EntryKind.Text);

        Assert.Null(ChatRules.RefuseEdit(room, Bob, text, "new", Options));
        Assert.Equal("chat.not_found", ChatRules.RefuseEdit(room, Dave, text, "new", Options)?.Code);
        Assert.Equal("chat.message_not_found", ChatRules.RefuseEdit(room, Bob, null, "new", Options)?.Code);
        Assert.Equal("chat.message_not_found", ChatRules.RefuseEdit(room, Bob, Message(Bob, EntryKind.Joined), "new", Options)?.Code);
        Assert.Equal("chat.not_the_sender", ChatRules.RefuseEdit(room, Alice, text, "new", Options)?.Code);
        Assert.Equal("chat.message_deleted", ChatRules.RefuseEdit(room, Bob, ChatRules.Deleted(text, default), "new", Options)?.Code);
        Assert.Equal("chat.text_empty", ChatRules.RefuseEdit(room, Bob, text, "", Options)?.Code);
        Assert.Null(ChatRules.RefuseDelete(room, Bob, text));
        Assert.Null(ChatRules.RefuseDelete(room, Alice, text));
        Assert.Equal("chat.not_the_sender", ChatRules.RefuseDelete(room, Carol, text)?.Code);
        Assert.Equal("chat.message_not_found", ChatRules.RefuseDelete(room, Alice, Message(Bob, EntryKind.Titled))?.Code);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("0", null, null)]
    [InlineData(null, "0", null)]
    [InlineData("9223372036854775807", null, null)]
    [InlineData("9223372036854775808", null, "request.bad_cursor")]
    [InlineData("-1", null, "request.bad_cursor")]
    [InlineData(null, "-1", "request.bad_cursor")]
    [InlineData("", null, "request.bad_cursor")]
    [InlineData(null, " 1", "request.bad_cursor")]
    [InlineData("1.0", null, "request.bad_cursor")]
    public void The_cursors_of_a_history_are_its_numbers(string? after, string? before, string? code)
    {
        var ask = PageAsk.Of(after, before).Value;

        Assert.Equal(code, ChatRules.AskHistory(Pair(), Alice, ask).Refusal?.Code);
        Assert.Equal("chat.not_found", ChatRules.AskHistory(Pair(), Carol, ask).Refusal?.Code);
    }

    [Fact]
    public void A_page_knows_what_lies_outside_of_it()
    {
        (bool Before, bool After) Around(long? after, long? before, params long[] seqs)
        {
            var page = ChatRules.Page(new(after, before, 10), [.. seqs.Select(s => Message(Alice, EntryKind.Text) with { Seq = s })], 5);
            return (page.HasBefore, page.HasAfter);
        }

        Assert.Equal((false, false), Around(null, null, 1, 2, 3, 4, 5));
        Assert.Equal((true, false), Around(null, null, 4, 5));
        Assert.Equal((false, true), Around(0, null, 1, 2));
        Assert.Equal((true, true), Around(1, null, 2, 3));
        Assert.Equal((true, false), Around(5, null));
        Assert.Equal((true, false), Around(99, null));
        Assert.Equal((false, true), Around(null, 1));
        Assert.Equal((false, false), Around(null, null, 1, 2, 3, 4, 5, 6));
    }

    [Fact]
    public void The_same_creation_has_the_same_print_and_no_other_has()
    {
        var group = new CreateConversation(Alice, ConversationKind.Group, "ours", [Bob, Carol]);
        var pair = new CreateConversation(Alice, ConversationKind.Direct, null, [Bob]);

        Assert.Equal(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { Others = [Carol, Bob, Bob, Alice] }));
        Assert.NotEqual(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { Title = "others" }));
        Assert.NotEqual(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { Others = [Bob] }));
        Assert.NotEqual(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { By = Dave }));
        Assert.Equal(ChatRules.PrintOf(pair), ChatRules.PrintOf(pair with { By = Bob, Others = [Alice] }));
        Assert.NotEqual(ChatRules.PrintOf(pair), ChatRules.PrintOf(pair with { By = Bob, Others = [Carol] }));
    }

    internal static UserId User(int n) => UserId.From(new Guid(n, 0, 0, new byte[8]));

    private static ConversationState Group(params (UserId User, MemberRole Role)[] members) => new(
        ConversationId.From(Guid.NewGuid()), ConversationKind.Group, "ours", default, default, 1, members.Length,
        members.Select((m, i) => new Member(m.User, m.Role, 0, i + 1)).ToImmutableDictionary(m => m.User));

    private static ConversationState Pair() => new(
        ConversationId.From(Guid.NewGuid()), ConversationKind.Direct, null, default, default, 1, 0,
        new[] { Alice, Bob }.ToImmutableDictionary(u => u, u => new Member(u, MemberRole.Member, 0, 0)));

    private static MessageView Message(UserId sender, EntryKind kind) =>
        new(ConversationId.From(Guid.NewGuid()), 1, kind, sender, "k", "text", null, default, 1, null, null);
}
