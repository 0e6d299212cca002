using OrleansSocial.Verify;

namespace OrleansSocial.Crash;

/// <summary>The checker accepts a true history and finds each kind of broken promise: a checker that cannot fail proves nothing.</summary>
public class CheckerTests
{
    private static readonly Guid s_room = Guid.Parse("00000000-0000-7000-8000-00000000000a");
    private static readonly Guid s_alice = Guid.Parse("00000000-0000-7000-8000-0000000000a1");
    private static readonly Guid s_bob = Guid.Parse("00000000-0000-7000-8000-0000000000b0");

    private static readonly LogLine[] s_logs =
    [
        new("member", s_alice, s_room),
        new("member", s_bob, s_room),
        new("attempt", s_alice, s_room, "k1", 0, "one"),
        new("ack", s_alice, s_room, "k1", 1, "one"),
        new("attempt", s_bob, s_room, "k1", 0, "two"),
        new("ack", s_bob, s_room, "k1", 2, "two"),
        new("seen", s_alice, s_room, "k1", 1, "one", s_alice),
        new("seen", s_alice, s_room, "k1", 2, "two", s_bob),
        new("seen", s_bob, s_room, "k1", 1, "one", s_alice),
        new("seen", s_bob, s_room, "k1", 2, "two", s_bob),
    ];

    private static readonly StoredRow[] s_stored = [new(s_room, 1, s_alice, "k1", "one"), new(s_room, 2, s_bob, "k1", "two")];

    [Fact]
    public void A_true_history_is_accepted() => Assert.Empty(Checker.Check(s_logs, s_stored));

    [Fact]
    public void A_message_that_was_attempted_stored_and_never_acknowledged_is_accepted() =>
        Assert.Empty(Checker.Check([.. s_logs.Where(l => l is not { What: "ack", Seq: 2 })], s_stored));

    [Fact]
    public void An_acknowledged_message_that_is_not_stored_is_found() => Finds("lost", s_logs, [s_stored[0]]);

    [Fact]
    public void A_message_stored_under_another_text_is_found() => Finds("replaced", s_logs, [s_stored[0], s_stored[1] with { Text = "three" }]);

    [Fact]
    public void A_key_that_is_stored_twice_is_found() => Finds("doubled", s_logs, [.. s_stored, new(s_room, 3, s_alice, "k1", "one")]);

    [Fact]
    public void A_gap_in_the_numbers_is_found() => Finds("gap", s_logs, [s_stored[0], s_stored[1] with { Seq = 3 }]);

    [Fact]
    public void A_number_that_is_stored_twice_is_found() => Finds("gap", s_logs, [.. s_stored, s_stored[1] with { Key = "k2" }]);

    [Fact]
    public void Two_receipts_for_one_key_are_found() => Finds("receipts differ", [.. s_logs, new("ack", s_alice, s_room, "k1", 2, "one")], s_stored);

    [Fact]
    public void A_message_that_nobody_sent_is_found() => Finds("phantom", s_logs, [.. s_stored, new(s_room, 3, s_bob, "k9", "what?")]);

    [Fact]
    public void A_follower_that_missed_a_message_is_found() => Finds("missed", [.. s_logs.Where(l => l is not { What: "seen", Seq: 2 } || l.Client != s_alice)], s_stored);

    [Fact]
    public void A_follower_that_saw_another_text_is_found() => Finds("differs", [.. s_logs, new("seen", s_bob, s_room, "k1", 2, "2", s_bob)], s_stored);

    private static void Finds(string what, IReadOnlyCollection<LogLine> logs, IReadOnlyCollection<StoredRow> stored) =>
        Assert.Contains(Checker.Check(logs, stored), line => line.StartsWith(what, StringComparison.Ordinal));
}
