using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>What a person's grain remembers of its pushes, its connections and its watchers, with a clock that stands in the test.</summary>
public sealed class PushBookTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RealtimeOptions s_options = new() { VerifySeconds = 3, VerifyIdleSeconds = 300 };
    private static readonly Guid s_topic = Guid.NewGuid();

    [Fact]
    public void An_event_is_recognised_by_type_topic_number_and_version()
    {
        var pushed = new PushedEvents(10);

        pushed.Add(Event(1));

        Assert.True(pushed.Contains(Event(1)));
        Assert.False(pushed.Contains(Event(2)));
        Assert.False(pushed.Contains(Event(1) with { Version = 2 }));
        Assert.False(pushed.Contains(Event(1) with { Topic = Guid.NewGuid() }));
        Assert.False(pushed.Contains(Event(1) with { Type = ChatLive.ReadMoved.Name }));
    }

    [Fact]
    public void What_is_never_stored_takes_no_place()
    {
        var pushed = new PushedEvents(1);

        pushed.Add(new LiveEvent(ChatLive.Typing.Name, ""));

        Assert.False(pushed.Full);
    }

    [Fact]
    public void No_more_is_remembered_than_the_limit()
    {
        var pushed = new PushedEvents(2);

        for (var i = 1; i <= 5; i++) pushed.Add(Event(i));

        Assert.True(pushed.Full);
        Assert.True(pushed.Contains(Event(2)));
        Assert.False(pushed.Contains(Event(3)));
    }

    [Fact]
    public void A_comparison_forgets_what_it_settled_and_keeps_what_it_will_see_again()
    {
        var pushed = new PushedEvents(10);
        pushed.Add(Event(1));
        pushed.Add(Event(2));

        pushed.BeginCompare();
        pushed.Add(Event(3));
        pushed.EndCompare([new Change(10, Event(1)), new Change(20, Event(2))], settled: 1);

        Assert.False(pushed.Contains(Event(1)));
        Assert.True(pushed.Contains(Event(2)));
        Assert.True(pushed.Contains(Event(3)));
    }

    [Fact]
    public void A_comparison_that_failed_forgets_nothing()
    {
        var pushed = new PushedEvents(10);
        pushed.Add(Event(1));
        pushed.BeginCompare();
        pushed.Add(Event(2));

        pushed.BeginCompare();

        Assert.True(pushed.Contains(Event(1)));
        Assert.True(pushed.Contains(Event(2)));
    }

    [Fact]
    public void A_push_asks_for_a_comparison_soon_and_the_next_pushes_do_not_put_it_off()
    {
        var comparison = new Comparison(10, s_noon);
        Assert.Equal(s_noon.AddSeconds(300), comparison.DueAt(s_options));

        Assert.True(comparison.Note(Event(1), s_noon, s_options));
        Assert.False(comparison.Note(Event(2), s_noon.AddSeconds(2), s_options));

        Assert.Equal(s_noon.AddSeconds(3), comparison.DueAt(s_options));
    }

    [Fact]
    public void A_full_book_is_compared_at_once_but_not_again_and_again_while_that_is_not_possible()
    {
        var comparison = new Comparison(2, s_noon);
        comparison.Note(Edit(1), s_noon, s_options);

        Assert.True(comparison.Note(Edit(2), s_noon, s_options));
        Assert.Equal(s_noon, comparison.DueAt(s_options));

        comparison.Begin();
        comparison.Postpone(s_noon, s_options);
        Assert.False(comparison.Note(Edit(3), s_noon, s_options));
        Assert.Equal(s_noon.AddSeconds(3), comparison.DueAt(s_options));
    }

    [Fact]
    public void What_was_not_settled_is_compared_again_soon()
    {
        var comparison = new Comparison(10, s_noon) { Since = new CursorToken(5, 0, 0) };
        comparison.Begin();

        comparison.End(new ChangePage([new Change(20, Event(1))], new CursorToken(15, 0, 0), false, ResetReason.None), s_noon, s_options);

        Assert.Equal(s_noon.AddSeconds(3), comparison.DueAt(s_options));
        Assert.True(comparison.Pushed.Contains(Event(1)));
        Assert.Equal(15UL, comparison.Since!.Value.Horizon);
    }

    [Fact]
    public void A_person_may_have_only_so_many_connections()
    {
        var connections = new Connections(2);
        var (first, second) = (NewConnection(), NewConnection());

        Assert.NotNull(connections.Attach(first, null!, s_noon, () => 1));
        Assert.NotNull(connections.Attach(second, null!, s_noon, () => 2));
        Assert.Null(connections.Attach(NewConnection(), null!, s_noon, () => 3));
        Assert.NotNull(connections.Attach(first, null!, s_noon.AddSeconds(30), () => 4));

        connections.Check();
        Assert.Equal(2, connections.Count);
    }

    [Fact]
    public void A_renewed_lease_stays_the_same_attachment_and_a_lost_one_does_not()
    {
        var connections = new Connections(2);
        var phone = NewConnection();
        connections.Attach(phone, null!, s_noon.AddSeconds(30), () => 1);

        Assert.Equal(1, connections.Attach(phone, null!, s_noon.AddSeconds(40), () => 2)!.Attachment);
        connections.Expire(s_noon.AddSeconds(40), TimeSpan.Zero);
        Assert.Equal(3, connections.Attach(phone, null!, s_noon.AddSeconds(70), () => 3)!.Attachment);
    }

    [Fact]
    public void Who_has_left_lingers_and_who_comes_back_in_time_was_never_away()
    {
        var connections = new Connections(2);
        var phone = NewConnection();
        connections.Attach(phone, null!, s_noon.AddSeconds(30), () => 1);

        connections.Detach(phone, s_noon.AddSeconds(5));
        connections.Expire(s_noon.AddSeconds(4), TimeSpan.FromSeconds(5));
        Assert.True(connections.Present);

        connections.Attach(phone, null!, s_noon.AddSeconds(40), () => 2);
        connections.Expire(s_noon.AddSeconds(10), TimeSpan.FromSeconds(5));
        connections.Check();
        Assert.True(connections.Present);

        connections.Detach(phone, s_noon.AddSeconds(15));
        connections.Expire(s_noon.AddSeconds(15), TimeSpan.FromSeconds(5));
        Assert.False(connections.Present);
        Assert.Null(connections.NextExpiry);
    }

    [Fact]
    public void Broken_invariants_of_connections_are_found()
    {
        var none = new Connections(0);
        typeof(Connections).GetProperty(nameof(Connections.LingersUntil))!.SetValue(none, s_noon);
        none.Check();

        var one = new Connections(1);
        one.Attach(NewConnection(), null!, s_noon, () => 1);
        typeof(Connections).GetProperty(nameof(Connections.LingersUntil))!.SetValue(one, s_noon);
        Assert.Contains("Invariant 2", Assert.Throws<InvalidOperationException>(one.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Watchers_come_and_go_with_their_time_and_the_first_to_end_makes_place()
    {
        var (alice, bob, carol) = (NewUser(), NewUser(), NewUser());
        var watchers = new Watchers(2);
        watchers.Add(alice, s_noon.AddSeconds(10), s_noon);
        watchers.Add(bob, s_noon.AddSeconds(20), s_noon);

        watchers.Add(carol, s_noon.AddSeconds(30), s_noon);

        Assert.Equal([bob, carol], watchers.Present(s_noon).Order(Comparer<UserId>.Create((x, y) => x == bob ? -1 : y == bob ? 1 : 0)));
        Assert.Equal([carol], watchers.Present(s_noon.AddSeconds(20)));
        Assert.Equal(1, watchers.Count);
    }

    [Fact]
    public void New_messages_that_come_in_their_order_are_one_stretch()
    {
        var runs = new PushedRuns(10);

        Assert.True(runs.Add(Event(5)));
        Assert.True(runs.Add(Event(6)));
        Assert.True(runs.Add(Event(6)));

        Assert.Equal([new PushedRun(s_topic, 5, 6)], runs.Now());
        Assert.True(runs.Contains(Event(5)));
        Assert.False(runs.Contains(Event(4)));
        Assert.False(runs.Contains(Event(7)));
        Assert.False(runs.Contains(Edit(5)));
    }

    [Fact]
    public void A_push_that_was_lost_begins_a_new_stretch_so_that_it_is_found_in_the_tables()
    {
        var runs = new PushedRuns(10);
        runs.Add(Event(5));

        runs.Add(Event(7));

        Assert.Equal([new PushedRun(s_topic, 7, 7)], runs.Now());
        Assert.False(runs.Contains(Event(6)));
    }

    [Fact]
    public void What_is_no_new_message_comes_late_or_finds_no_place_is_in_no_stretch()
    {
        var runs = new PushedRuns(1);
        runs.Add(Event(5));

        Assert.False(runs.Add(Edit(6)));
        Assert.False(runs.Add(Event(4)));
        Assert.False(runs.Add(Event(1) with { Topic = Guid.NewGuid() }));
        Assert.Equal([new PushedRun(s_topic, 5, 5)], runs.Now());
    }

    [Fact]
    public void One_more_comparison_follows_the_last_push_and_then_no_more()
    {
        var comparison = new Comparison(10, s_noon) { Since = new CursorToken(5, 0, 0) };
        var nothing = new ChangePage([], new CursorToken(15, 0, 0), false, ResetReason.None);
        comparison.Note(Event(1), s_noon, s_options);

        comparison.Begin();
        comparison.End(nothing, s_noon.AddSeconds(3), s_options);
        Assert.Equal(s_noon.AddSeconds(6), comparison.DueAt(s_options));

        comparison.Begin();
        comparison.End(nothing, s_noon.AddSeconds(6), s_options);
        Assert.Equal(s_noon.AddSeconds(306), comparison.DueAt(s_options));
    }

    private static LiveEvent Edit(long seq) => new(ChatLive.MessageChanged.Name, "", s_topic, seq, 2);

    private static LiveEvent Event(long seq) => new(ChatLive.MessageCreated.Name, "", s_topic, seq) { IsUnbroken = true };

    private static ConnectionId NewConnection() => Ids.New<ConnectionId>(TimeProvider.System);

    private static UserId NewUser() => Ids.New<UserId>(TimeProvider.System);
}
