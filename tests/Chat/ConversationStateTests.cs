
namespace OrleansSocial.Chat;

public sealed class ConversationStateTests
{
    private static readonly UserId s_alice = ChatRulesTests.User(1), s_bob = ChatRulesTests.User(2), s_carol = ChatRulesTests.User(3);

    private static readonly (string Named, Func<ConversationState, ConversationState> Breach)[] s_breaches =
    [
        ("1.", s => s with { LastSeq = -1, Members = s.Members.Clear() }),
        ("2. The read marker", s => s.With(s_bob, m => m with { ReadSeq = s.LastSeq + 1 })),
        ("2. The read marker", s => s.With(s_bob, m => m with { ReadSeq = -1 })),
        ("2. The joining", s => s.With(s_bob, m => m with { JoinedSeq = s.LastSeq + 1 })),
        ("2. The joining", s => s.With(s_bob, m => m with { JoinedSeq = -1 })),
        ("4. A group has a title", s => s with { Title = null }),
        ("4. A group has a title", s => s with { Title = "" }),
        ("4. A group with members", s => s.With(s_alice, m => m with { Role = MemberRole.Member })),
        ("5. No two members", s => s.With(s_bob, m => m with { JoinedSeq = 1 })),
        ("6. ", s => s.With(s_bob, m => m with { HistoryFrom = m.JoinedSeq + 1 })),
        ("own id", s => s.With(s_bob, m => m with { User = s_carol })),
    ];

    private static readonly (string Named, Func<ConversationState, ConversationState> Breach)[] s_breachesOfPairs =
    [
        ("3. A direct conversation has exactly two members", s => s with { Members = s.Members.Remove(s_bob) }),
        ("3. A direct conversation has exactly two members", s => s with { Members = s.Members.Add(s_carol, new(s_carol, MemberRole.Member, 0, 0)) }),
        ("3. A direct conversation has no title", s => s with { Title = "ours" }),
        ("3. A direct conversation has no admin", s => s.With(s_alice, m => m with { Role = MemberRole.Admin })),
    ];

    [Fact]
    public void Each_broken_invariant_of_a_group_is_named()
    {
        var whole = Group(s_alice, s_bob);

        Assert.Empty(whole.Check());
        Assert.All(s_breaches, b => Assert.Contains(b.Breach(whole).Check(), sentence => sentence.Contains(b.Named, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_broken_invariant_of_a_pair_is_named()
    {
        var whole = ChatRules.Found(Id(), new(s_alice, ConversationKind.Direct, null, [s_bob]), default);

        Assert.Empty(whole.Check());
        Assert.All(s_breachesOfPairs, b => Assert.Contains(b.Breach(whole).Check(), sentence => sentence.Contains(b.Named, StringComparison.Ordinal)));
    }

    [Fact]
    public void An_entry_that_leaves_a_gap_or_comes_twice_is_not_taken()
    {
        var room = Group(s_alice, s_bob);

        Assert.Throws<InvalidOperationException>(() => room.With([Text(s_alice, room.LastSeq + 2)]));
        Assert.Throws<InvalidOperationException>(() => room.With([Text(s_alice, room.LastSeq)]));
        Assert.Equal(room.LastSeq + 1, room.With([Text(s_alice, room.LastSeq + 1)]).LastSeq);
    }

    [Fact]
    public void Who_founds_a_group_is_its_admin_and_nobody_starts_with_unread_entries()
    {
        var room = Group(s_alice, s_bob, s_carol);

        Assert.Equal([MemberRole.Admin, MemberRole.Member, MemberRole.Member], room.View().Members.Select(m => m.Role));
        Assert.Equal([1L, 2L, 3L], room.View().Members.Select(m => m.JoinedSeq));
        Assert.All(room.View().Members, m => Assert.Equal(room.LastSeq, m.ReadSeq));
        Assert.Equal(1, room.Version);
    }

    [Fact]
    public void When_the_last_admin_leaves_the_longest_member_becomes_admin()
    {
        var room = Group(s_alice, s_bob, s_carol);

        var without = room.With(Numbered(4, ChatRules.Leaving(room, s_alice, s_alice)));

        Assert.True(without.IsAdmin(s_bob));
        Assert.False(without.IsAdmin(s_carol));
        Assert.Empty(without.Check());
        Assert.Single(ChatRules.Leaving(room, s_carol, s_carol));
        Assert.Empty(Group(s_alice).With(Numbered(2, ChatRules.Leaving(Group(s_alice), s_alice, s_alice))).Check());
    }

    [Fact]
    public void Roles_change_by_their_entries_and_a_group_keeps_an_admin()
    {
        var room = Group(s_alice, s_bob);
        var two = room.With(Numbered(3, new LogEntry(EntryKind.Promoted, s_alice, "", subject: s_bob)));
        var other = two.With(Numbered(4, new LogEntry(EntryKind.Demoted, s_bob, "", subject: s_alice)));

        Assert.Equal([MemberRole.Admin, MemberRole.Admin], two.View().Members.Select(m => m.Role));
        Assert.Equal([MemberRole.Member, MemberRole.Admin], other.View().Members.Select(m => m.Role));
        Assert.Equal(ChatRefusals.LastAdmin, ChatRules.RefuseRole(room, s_alice, s_alice, MemberRole.Member));
        Assert.Null(ChatRules.RefuseRole(two, s_alice, s_alice, MemberRole.Member));
        Assert.Equal(ChatRefusals.NotAnAdmin, ChatRules.RefuseRole(room, s_bob, s_alice, MemberRole.Member));
        Assert.Equal(ChatRefusals.NotAMember, ChatRules.RefuseRole(room, s_alice, s_carol, MemberRole.Admin));
    }

    [Fact]
    public void Who_joins_reads_from_the_beginning_or_from_their_joining_as_the_group_had_chosen()
    {
        var room = Group(s_alice, s_bob).With(Numbered(3, new LogEntry(EntryKind.HistoryClosed, s_alice, "")));
        var joined = room.With(Numbered(4, new LogEntry(EntryKind.Joined, s_alice, "", subject: s_carol) { ReadsAll = false }));

        Assert.Equal(HistoryChoice.SinceJoining, room.History);
        Assert.False(joined.MayRead(s_carol, 3));
        Assert.True(joined.MayRead(s_carol, 4));
        Assert.True(joined.MayRead(s_bob, 1));
        Assert.Empty(joined.Check());
        Assert.Equal(HistoryChoice.Everything, joined.With(Numbered(5, new LogEntry(EntryKind.HistoryOpened, s_alice, ""))).History);
    }

    [Fact]
    public void A_read_marker_only_moves_up()
    {
        var room = Group(s_alice, s_bob).With([Text(s_alice, 3)]).With([Text(s_alice, 4)]);

        Assert.Equal(4, room.WithRead(s_bob, 4).Members[s_bob].ReadSeq);
        Assert.Equal(4, room.WithRead(s_bob, 4).WithRead(s_bob, 3).Members[s_bob].ReadSeq);
        Assert.Same(room, room.WithRead(s_carol, 4));
    }

    [Fact]
    public void The_newest_keys_are_kept_and_those_under_way_always()
    {
        var keys = new RecentKeys(2);
        var write = new ConversationWrite(null!, Id(), new LogEntry(EntryKind.Text, s_alice, "text", "under-way"));
        keys.Begin(write);

        foreach (var seq in Enumerable.Range(1, 3))
            keys.Keep(s_alice, $"k{seq}", new(default, seq, default));

        Assert.Null(keys.Stored(s_alice, "k1"));
        Assert.Equal(2, keys.Stored(s_alice, "k2")?.Seq);
        Assert.Equal(3, keys.Stored(s_alice, "k3")?.Seq);
        Assert.Null(keys.Stored(s_bob, "k3"));
        Assert.Same(write, keys.UnderWay(s_alice, "under-way"));

        keys.End(write, null);

        Assert.Null(keys.UnderWay(s_alice, "under-way"));
        Assert.Null(keys.Stored(s_alice, "under-way"));
    }

    private static ConversationState Group(params UserId[] people)
    {
        var command = new CreateConversation(people[0], ConversationKind.Group, "ours", people[1..]);
        var entries = ChatRules.FirstEntries(command, command.Others);
        foreach (var (i, entry) in entries.Index())
            entry.Seq = i + 1;
        return ChatRules.Found(Id(), command, default).With(entries);
    }

    private static ConversationId Id() => ConversationId.From(Guid.NewGuid());

    private static LogEntry Text(UserId sender, long seq) => new(EntryKind.Text, sender, "text", "key") { Seq = seq };

    private static LogEntry[] Numbered(long first, params LogEntry[] entries)
    {
        foreach (var (i, entry) in entries.Index()) entry.Seq = first + i;
        return entries;
    }
}

file static class Changes
{
    public static ConversationState With(this ConversationState state, UserId user, Func<Member, Member> change) =>
        state with { Members = state.Members.SetItem(user, change(state.Members[user])) };
}
