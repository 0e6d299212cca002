namespace OrleansSocial.Kernel;

/// <summary>How the position of a subscriber moves.</summary>
public class EventProgressTests
{
    private static readonly DateOnly s_yesterday = new(2026, 11, 27), s_today = new(2026, 11, 28);

    [Theory]
    [InlineData("1.1 1.2 3.1", "1.1 1.2 3.1", false, 9, "9.0", "", true)] // everything was handled: up to what still runs
    [InlineData("1.1 1.2 3.1", "1.1 3.1", false, 9, "1.2", "3.1", false)] // one was not: it is not passed
    [InlineData("1.1 5.1 7.1", "1.1 5.1 7.1", false, 5, "5.0", "5.1 7.1", true)] // a transaction still runs: what is visible beyond is remembered
    [InlineData("1.1 2.1 3.1", "1.1 2.1 3.1", true, 9, "3.2", "", false)] // there is more than was read
    [InlineData("1.1 2.1 8.1", "1.1 2.1 8.1", true, 5, "5.0", "8.1", true)] // more was to be read, beyond what still runs
    [InlineData("", "", false, 9, "9.0", "", true)]
    [InlineData("1.1", "", false, 9, "1.1", "", false)]
    public void A_position_passes_what_was_handled_and_never_what_may_still_commit(
        string read, string handled, bool more, ulong running, string position, string ahead, bool isToday)
    {
        var progress = new EventProgress(new(7, new(1, 0), s_yesterday, []), 100);

        foreach (var place in Places(handled)) progress.Handled(place);
        progress.Settle(Places(read), more, running, s_today);

        var next = progress.Next();
        Assert.Equal(Places(position).Single(), next.Position);
        Assert.Equal(Places(ahead), next.Ahead);
        Assert.Equal(isToday ? s_today : s_yesterday, next.Day);
        Assert.Equal(8, next.Version);
        Assert.All(Places(handled), place => Assert.True(progress.IsHandled(place)));
    }

    [Fact]
    public void A_position_never_moves_back_and_what_is_stored_goes_on_where_it_was()
    {
        var progress = new EventProgress(new(1, new(10, 0), s_today, [new(12, 1)]), 100);

        progress.Settle([], more: false, running: 4, s_today);

        Assert.Equal(new(10, 0), progress.Position);
        Assert.True(progress.IsHandled(new(12, 1)));
        Assert.False(progress.IsHandled(new(11, 1)));
        progress.Settle([new(12, 1)], more: false, running: 20, s_today);
        Assert.Equal((new EventPlace(20, 0), 0), (progress.Position, progress.AheadCount));
    }

    [Fact]
    public void What_is_handled_ahead_has_a_limit()
    {
        var progress = new EventProgress(new(1, new(1, 0), s_today, []), 3);

        foreach (var i in Enumerable.Range(1, 3)) progress.Handled(new((ulong)i, 1));

        Assert.True(progress.IsFull);
        progress.Settle([new(1, 1), new(2, 1), new(3, 1)], more: false, running: 3, s_today);
        Assert.False(progress.IsFull);
    }

    [Fact]
    public void A_topic_waits_behind_the_event_that_failed_and_goes_on_after_its_last_attempt()
    {
        var (topic, now) = (Guid.NewGuid(), DateTimeOffset.UnixEpoch);
        var held = new HeldTopics(new() { AttemptsMax = 3, RetrySeconds = 2, RetrySecondsMax = 60 });
        var (first, second, other) = (Stored(1, topic), Stored(2, topic), Stored(3, Guid.NewGuid()));

        Assert.Null(held.Failed(first, now));

        Assert.Equal((true, true, false), (held.Holds(first, now), held.Holds(second, now.AddHours(1)), held.Holds(other, now)));
        Assert.InRange(held.NextRetry!.Value, now.AddSeconds(2), now.AddSeconds(3));
        Assert.False(held.Holds(first, now.AddSeconds(3)));
        Assert.Null(held.Failed(first, now));
        Assert.InRange(held.NextRetry!.Value, now.AddSeconds(4), now.AddSeconds(6));
        Assert.Equal(3, held.Failed(first, now));
        Assert.False(held.Holds(second, now));
        Assert.Null(held.NextRetry);
    }

    private static StoredEvent Stored(ulong xid, Guid topic) => new(new(xid, 1), Guid.NewGuid(), default, new Said(UserId.From(topic), ""));

    private static EventPlace[] Places(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('.')).Select(one => new EventPlace(ulong.Parse(one[0], null), int.Parse(one[1], null)))];
}
