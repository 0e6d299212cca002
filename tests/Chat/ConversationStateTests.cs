
namespace OrleansSocial.Chat;

public sealed class ConversationStateTests
{
    private static readonly UserId Alice = ChatRulesTests.User(1), Bob = ChatRulesTests.User(2), Carol = ChatRulesTests.User(3);

    private static readonly (string Named, Func<ConversationState, ConversationState> Breach)[] Breaches =
    [
        ("1.", s => s with { LastSeq = -1, Members = s.Members.Clear() }),
        ("2. The read marker", s => s.With(Bob, m => m with { ReadSeq = s.LastSeq + 1 })),
        ("2. The read marker", s => s.With(Bob, m => m with { ReadSeq = -1 })),
        ("2. The joining", s => s.With(Bob, m => m with { JoinedSeq = s.LastSeq + 1 })),
        ("2. The joining", s => s.With(Bob, m => m with { JoinedSeq = -1 })),
        ("4. A group has a title", s => s with { Title = null }),
        ("4. A group has a title", s => s with { Title = "" }),
        ("4. A group with members", s => s.With(Alice, m => m with { Role = MemberRole.Member })),
        ("5. No two members", s => s.With(Bob, m => m with { JoinedSeq = 1 })),
        ("own id", s => s.With(Bob, m => m with { User = Carol })),
    ];

    private static readonly (string Named, Func<ConversationState, ConversationState> Breach)[] BreachesOfPairs =
    [
        ("3. A direct conversation has exactly two members", s => s with { Members = s.Members.Remove(Bob) }),
        ("3. A direct conversation has exactly two members", s => s with { Members = s.Members.Add(Carol, new(Carol, MemberRole.Member, 0, 0)) }),
        ("3. A direct conversation has no title", s => s with { Title = "ours" }),
        ("3. A direct conversation has no admin", s => s.With(Alice, m => m with { Role = MemberRole.Admin })),
    ];

    [Fact]
    public void Each_broken_invariant_of_a_group_is_named()
    {
        var whole = Group(Alice, Bob);

        Assert.Empty(whole.Check());
        Assert.All(Breaches, b => Assert.Contains(b.Breach(whole).Check(), sentence => sentence.Contains(b.Named, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_broken_invariant_of_a_pair_is_named()
    {
        var whole = ChatRules.Found(Id(), new(Alice, ConversationKind.Direct, null, [Bob]), default);

        Assert.Empty(whole.Check());
        Assert.All(BreachesOfPairs, b => Assert.Contains(b.Breach(whole).Check(), sentence => sentence.Contains(b.Named, StringComparison.Ordinal)));
    }

    [Fact]
    public void An_entry_that_leaves_a_gap_or_comes_twice_is_not_taken()
    {
        var room = Group(Alice, Bob);

        Assert.Throws<InvalidOperationException>(() => room.With([Text(Alice, room.LastSeq + 2)]));
        Assert.Throws<InvalidOperationException>(() => room.With([Text(Alice, room.LastSeq)]));
        Assert.Equal(room.LastSeq + 1, room.With([Text(Alice, room.LastSeq + 1)]).LastSeq);
    }

    [Fact]
    public void Who_founds_a_group_is_its_admin_and_nobody_starts_with_unread_entries()
    {
        var room = Group(Alice, Bob, Carol);

        Assert.Equal([MemberRole.Admin, MemberRole.Member, MemberRole.Member], room.View().Members.Select(m => m.Role));
        Assert.Equal([1L, 2L, 3L], room.View().Members.Select(m => m.JoinedSeq));
        Assert.All(room.View().Members, m => Assert.Equal(room.LastSeq, m.ReadSeq));
        Assert.Equal(1, room.Version);
    }

    [Fact]
    public void When_the_last_admin_leaves_the_longest_member_becomes_admin()
    {
        var room = Group(Alice, Bob, Carol);

        var without = room.With([Left(Alice, 4)]);

        Assert.Equal(Bob, room.HeirOf(Alice));
        Assert.Null(room.HeirOf(Carol));
        Assert.True(without.IsAdmin(Bob));
        Assert.False(without.IsAdmin(Carol));
        Assert.Empty(without.Check());
        Assert.Null(Group(Alice).HeirOf(Alice));
        Assert.Empty(Group(Alice).With([Left(Alice, 2)]).Check());
    }

    [Fact]
    public void A_read_marker_only_moves_up()
    {
        var room = Group(Alice, Bob).With([Text(Alice, 3)]).With([Text(Alice, 4)]);

        Assert.Equal(4, room.WithRead(Bob, 4).Members[Bob].ReadSeq);
        Assert.Equal(4, room.WithRead(Bob, 4).WithRead(Bob, 3).Members[Bob].ReadSeq);
        Assert.Same(room, room.WithRead(Carol, 4));
    }

    [Fact]
    public void The_newest_keys_are_kept_and_those_under_way_always()
    {
        var keys = new RecentKeys(2);
        var write = new ConversationWrite(null!, Id(), new LogEntry(EntryKind.Text, Alice, "text", "under-way"));
        keys.Begin(write);

        foreach (var seq in Enumerable.Range(1, 3))
            keys.Keep(Alice, $"k{seq}", new(default, seq, default));

        Assert.Null(keys.Stored(Alice, "k1"));
        Assert.Equal(2, keys.Stored(Alice, "k2")?.Seq);
        Assert.Equal(3, keys.Stored(Alice, "k3")?.Seq);
        Assert.Null(keys.Stored(Bob, "k3"));
        Assert.Same(write, keys.UnderWay(Alice, "under-way"));

        keys.End(write, null);

        Assert.Null(keys.UnderWay(Alice, "under-way"));
        Assert.Null(keys.Stored(Alice, "under-way"));
    }

    private static ConversationState Group(params UserId[] people)
    {
        var command = new CreateConversation(people[0], ConversationKind.Group, "ours", people[1..]);
        var entries = ChatRules.FirstEntries(command);
        foreach (var (i, entry) in entries.Index())
            entry.Seq = i + 1;
        return ChatRules.Found(Id(), command, default).With(entries);
    }

    private static ConversationId Id() => ConversationId.From(Guid.NewGuid());

    private static LogEntry Text(UserId sender, long seq) => new(EntryKind.Text, sender, "text", "key") { Seq = seq };

    private static LogEntry Left(UserId who, long seq) => new(EntryKind.Left, who, "", subject: who) { Seq = seq };
}

file static class Changes
{
    public static ConversationState With(this ConversationState state, UserId user, Func<Member, Member> change) =>
        state with { Members = state.Members.SetItem(user, change(state.Members[user])) };
}
