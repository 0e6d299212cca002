using System.Collections.Immutable;

namespace OrleansSocial.Chat;

public sealed class ChatRulesTests
{
    private static readonly ChatOptions s_options = new() { TextCharsMax = 10, MembersMax = 4 };
    private static readonly UserId s_alice = User(1), s_bob = User(2), s_carol = User(3), s_dave = User(4), s_erin = User(5);

    // Not theory data: the runner writes that as UTF-8, which cannot hold a lone surrogate.
    private static readonly (string? Text, string? Code)[] s_texts =
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
        ("\u3164", "chat.text_empty"),
        ("\ufe0f\u2800", "chat.text_empty"),
        ("one\ntwo\u202e", null),
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
        { ConversationKind.Group, "a\nb", "request.label" },
        { ConversationKind.Group, "a\u202eb", "request.label" },
        { ConversationKind.Group, "\u3164", "chat.title_length" },
    };

    [Fact]
    public void A_text_is_refused_by_name() =>
        Assert.All(s_texts, t => Assert.Equal(t.Code, ChatRules.RefuseText(t.Text, s_options)?.Code));

    [Theory, MemberData(nameof(ClientKeys))]
    public void A_client_key_is_visible_ascii(string? key, bool fits) => Assert.Equal(fits, Kernel.ClientKeys.IsKey(key));

    [Theory, MemberData(nameof(Titles))]
    public void A_group_has_a_title_and_a_pair_has_none(ConversationKind kind, string? title, string? code) =>
        Assert.Equal(code, ChatRules.RefuseTitle(kind, title)?.Code);

    [Fact]
    public void Refusals_of_a_send_come_in_their_order()
    {
        var room = Group((s_alice, MemberRole.Admin));

        Assert.Equal("chat.not_found", ChatRules.RefuseSend(null, new(s_alice, "", ""), s_options)?.Code);
        Assert.Equal("chat.not_found", ChatRules.RefuseSend(room, new(s_bob, "", ""), s_options)?.Code);
        Assert.Equal("chat.client_key", ChatRules.RefuseSend(room, new(s_alice, "", "\0"), s_options)?.Code);
        Assert.Equal("request.text_not_storable", ChatRules.RefuseSend(room, new(s_alice, "k", "\0" + new string('x', 20)), s_options)?.Code);
        Assert.Equal("chat.text_too_long", ChatRules.RefuseSend(room, new(s_alice, "k", new string('x', 11)), s_options)?.Code);
        Assert.Null(ChatRules.RefuseSend(room, new(s_alice, "k", "hello"), s_options));
    }

    [Fact]
    public void A_pair_is_two_people_and_a_group_as_many_as_it_may_hold()
    {
        string? Code(ConversationKind kind, params UserId[] others)
        {
            var command = new CreateConversation(s_alice, kind, kind == ConversationKind.Group ? "ours" : null, others);
            return (ChatRules.RefuseForm(command) ?? ChatRules.RefuseSize(command, s_options))?.Code;
        }

        Assert.Null(Code(ConversationKind.Direct, s_bob));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct, s_alice));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct, s_bob, s_carol));
        Assert.Equal("chat.members_count", Code(ConversationKind.Direct, s_bob, s_bob));
        Assert.Null(Code(ConversationKind.Group));
        Assert.Null(Code(ConversationKind.Group, s_bob, s_carol, s_dave));
        Assert.Null(Code(ConversationKind.Group, s_bob, s_bob, s_alice, s_carol, s_dave));
        Assert.Equal("chat.members_count", Code(ConversationKind.Group, s_bob, s_carol, s_dave, s_erin));
    }

    [Fact]
    public void Only_an_admin_of_a_group_invites_and_only_as_many_as_fit()
    {
        var room = Group((s_alice, MemberRole.Admin), (s_bob, MemberRole.Member));

        Assert.Equal("chat.not_found", ChatRules.RefuseInvite(room, s_dave, [s_carol], s_options)?.Code);
        Assert.Equal("chat.not_a_group", ChatRules.RefuseInvite(Pair(), s_alice, [s_carol], s_options)?.Code);
        Assert.Equal("chat.not_an_admin", ChatRules.RefuseInvite(room, s_bob, [s_carol], s_options)?.Code);
        Assert.Equal("chat.members_count", ChatRules.RefuseInvite(room, s_alice, [], s_options)?.Code);
        Assert.Equal("chat.members_count", ChatRules.RefuseInvite(room, s_alice, [s_carol, s_dave, s_erin], s_options)?.Code);
        Assert.Null(ChatRules.RefuseInvite(room, s_alice, [s_carol, s_dave, s_bob, s_carol], s_options));
    }

    [Fact]
    public void Everyone_may_leave_and_only_an_admin_removes_another()
    {
        var room = Group((s_alice, MemberRole.Admin), (s_bob, MemberRole.Member));

        Assert.Null(ChatRules.RefuseRemove(room, s_bob, s_bob));
        Assert.Null(ChatRules.RefuseRemove(room, s_alice, s_bob));
        Assert.Equal("chat.not_an_admin", ChatRules.RefuseRemove(room, s_bob, s_alice)?.Code);
        Assert.Equal("chat.not_a_group", ChatRules.RefuseRemove(Pair(), s_alice, s_alice)?.Code);
        Assert.Equal("chat.not_found", ChatRules.RefuseRemove(room, s_carol, s_carol)?.Code);
    }

    [Fact]
    public void One_changes_ones_own_text_and_an_admin_deletes_any()
    {
        var room = Group((s_alice, MemberRole.Admin), (s_bob, MemberRole.Member), (s_carol, MemberRole.Member));
        var text = Message(s_bob, EntryKind.Text);

        Assert.Null(ChatRules.RefuseEdit(room, s_bob, text, "new", s_options));
        Assert.Equal("chat.not_found", ChatRules.RefuseEdit(room, s_dave, text, "new", s_options)?.Code);
        Assert.Equal("chat.message_not_found", ChatRules.RefuseEdit(room, s_bob, null, "new", s_options)?.Code);
        Assert.Equal("chat.message_not_found", ChatRules.RefuseEdit(room, s_bob, Message(s_bob, EntryKind.Joined), "new", s_options)?.Code);
        Assert.Equal("chat.not_the_sender", ChatRules.RefuseEdit(room, s_alice, text, "new", s_options)?.Code);
        Assert.Equal("chat.message_deleted", ChatRules.RefuseEdit(room, s_bob, ChatRules.Deleted(text, default), "new", s_options)?.Code);
        Assert.Equal("chat.text_empty", ChatRules.RefuseEdit(room, s_bob, text, "", s_options)?.Code);
        Assert.Null(ChatRules.RefuseDelete(room, s_bob, text));
        Assert.Null(ChatRules.RefuseDelete(room, s_alice, text));
        Assert.Equal("chat.not_the_sender", ChatRules.RefuseDelete(room, s_carol, text)?.Code);
        Assert.Equal("chat.message_not_found", ChatRules.RefuseDelete(room, s_alice, Message(s_bob, EntryKind.Titled))?.Code);
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

        Assert.Equal(code, ChatRules.AskHistory(Pair(), s_alice, ask).Refusal?.Code);
        Assert.Equal("chat.not_found", ChatRules.AskHistory(Pair(), s_carol, ask).Refusal?.Code);
    }

    [Fact]
    public void A_page_knows_what_lies_outside_of_it()
    {
        (bool Before, bool After) Around(long? after, long? before, params long[] seqs)
        {
            var page = ChatRules.Page(new(after, before, 10), [.. seqs.Select(s => Message(s_alice, EntryKind.Text) with { Seq = s })], 5);
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
        var group = new CreateConversation(s_alice, ConversationKind.Group, "ours", [s_bob, s_carol]);
        var pair = new CreateConversation(s_alice, ConversationKind.Direct, null, [s_bob]);

        Assert.Equal(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { Others = [s_carol, s_bob, s_bob, s_alice] }));
        Assert.NotEqual(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { Title = "others" }));
        Assert.NotEqual(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { Others = [s_bob] }));
        Assert.NotEqual(ChatRules.PrintOf(group), ChatRules.PrintOf(group with { By = s_dave }));
        Assert.Equal(ChatRules.PrintOf(pair), ChatRules.PrintOf(pair with { By = s_bob, Others = [s_alice] }));
        Assert.NotEqual(ChatRules.PrintOf(pair), ChatRules.PrintOf(pair with { By = s_bob, Others = [s_carol] }));
    }

    internal static UserId User(int n) => UserId.From(new Guid(n, 0, 0, new byte[8]));

    private static ConversationState Group(params (UserId User, MemberRole Role)[] members) => new(
        ConversationId.From(Guid.NewGuid()), ConversationKind.Group, "ours", default, default, 1, members.Length,
        members.Select((m, i) => new Member(m.User, m.Role, 0, i + 1)).ToImmutableDictionary(m => m.User));

    private static ConversationState Pair() => new(
        ConversationId.From(Guid.NewGuid()), ConversationKind.Direct, null, default, default, 1, 0,
        new[] { s_alice, s_bob }.ToImmutableDictionary(u => u, u => new Member(u, MemberRole.Member, 0, 0)));

    private static MessageView Message(UserId sender, EntryKind kind) =>
        new(ConversationId.From(Guid.NewGuid()), 1, kind, sender, "k", "text", null, default, 1, null, null);
}
