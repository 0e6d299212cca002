namespace OrleansSocial.Realtime;

/// <summary>When pushes are handed out, and when they are compared with the tables, with a clock that stands in the test.</summary>
public sealed class PushReconciliationTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LiveOptions s_options = new() { VerifySeconds = 3, VerifyIdleSeconds = 300, HeldPushesMax = 2 };
    private static readonly Unpushed s_nothing = new([], 0, "cursor");

    private readonly PushReconciliation _pushes = new(s_options, s_noon) { Since = "cursor" };

    [Fact]
    public void A_push_asks_for_a_comparison_soon_and_the_next_pushes_do_not_put_it_off()
    {
        Assert.Equal(s_noon.AddSeconds(300), _pushes.DueAt);

        _pushes.Note(Pushes.Created(1), s_noon);
        _pushes.Note(Pushes.Created(2), s_noon.AddSeconds(2));

        Assert.Equal(s_noon.AddSeconds(3), _pushes.DueAt);
    }

    [Fact]
    public void A_full_book_is_compared_at_once_but_not_again_and_again_while_that_is_not_possible()
    {
        var pushes = new PushReconciliation(new LiveOptions { VerifySeconds = 3, PushedEventsMax = 2 }, s_noon);
        pushes.Note(Pushes.Changed(1), s_noon);

        pushes.Note(Pushes.Changed(2), s_noon);
        Assert.Equal(s_noon, pushes.DueAt);

        pushes.Begin();
        pushes.Postpone(s_noon);
        pushes.Note(Pushes.Changed(3), s_noon);
        Assert.Equal(s_noon.AddSeconds(3), pushes.DueAt);
    }

    [Fact]
    public void What_comes_twice_is_known_however_it_came_first()
    {
        Assert.Equal(Arrival.Goes, Judge(Pushes.Created(1)));
        Assert.Equal(Arrival.Goes, Judge(Pushes.Changed(1)));

        Assert.Equal(Arrival.Known, Judge(Pushes.Created(1)));
        Assert.Equal(Arrival.Known, Judge(Pushes.Changed(1)));
        _pushes.Runs.Add(Pushes.Created(2));
        Assert.Equal(Arrival.Known, Judge(Pushes.Created(2)));
    }

    [Fact]
    public void A_message_that_comes_before_a_lower_one_waits_and_all_that_comes_after_it()
    {
        Judge(Pushes.Created(1));

        Assert.Equal(Arrival.Waits, Judge(Pushes.Created(3)));
        Assert.Equal(s_noon, _pushes.DueAt);
        Assert.Equal(Arrival.Waits, _pushes.Judge(Pushes.Changed(1), waiting: 1, s_noon));
        Assert.Equal(Arrival.GoesWithAll, _pushes.Judge(Pushes.Created(4), waiting: 2, s_noon));
    }

    [Fact]
    public void Nothing_waits_for_whoever_has_still_to_read()
    {
        var pushes = new PushReconciliation(s_options, s_noon);
        pushes.Judge(Pushes.Created(1), 0, s_noon);

        Assert.Equal(Arrival.Goes, pushes.Judge(Pushes.Created(3), 0, s_noon));
    }

    [Fact]
    public void What_was_not_settled_is_compared_again_soon()
    {
        _pushes.Begin();

        _pushes.End(new([Pushes.Changed(1)], 0, "next"), s_noon);

        Assert.Equal(s_noon.AddSeconds(3), _pushes.DueAt);
        Assert.True(_pushes.Knows(Pushes.Changed(1)));
        Assert.Equal("next", _pushes.Since);
    }

    [Fact]
    public void One_more_comparison_follows_the_last_push_and_then_no_more()
    {
        _pushes.Note(Pushes.Created(1), s_noon);

        _pushes.Begin();
        _pushes.End(s_nothing, s_noon.AddSeconds(3));
        Assert.Equal(s_noon.AddSeconds(6), _pushes.DueAt);

        _pushes.Begin();
        _pushes.End(s_nothing, s_noon.AddSeconds(6));
        Assert.Equal(s_noon.AddSeconds(306), _pushes.DueAt);
    }

    [Fact]
    public void While_pushes_go_on_they_are_compared_more_seldom()
    {
        _pushes.Note(Pushes.Created(1), s_noon);
        Compare(s_noon.AddSeconds(3));

        _pushes.Note(Pushes.Created(2), s_noon.AddSeconds(4));
        Assert.Equal(s_noon.AddSeconds(13), _pushes.DueAt);
        _pushes.Note(Pushes.Created(3), s_noon.AddSeconds(12));
        Assert.Equal(s_noon.AddSeconds(13), _pushes.DueAt);
        Compare(s_noon.AddSeconds(13));
        _pushes.Hurry(s_noon.AddSeconds(14));
        Assert.Equal(s_noon.AddSeconds(14), _pushes.DueAt);
    }

    [Fact]
    public void While_a_silo_may_think_that_nobody_is_there_one_comparison_follows_the_other()
    {
        var (now, verify) = (s_noon, TimeSpan.FromSeconds(s_options.VerifySeconds));

        _pushes.Doubt(now);
        Assert.Equal(now + verify, _pushes.DueAt);
        for (; now < s_noon + TimeSpan.FromSeconds(s_options.DoubtSeconds); now += verify)
        {
            Compare(now);
            Assert.Equal(now + verify, _pushes.DueAt);
        }

        Compare(now);
        Assert.Equal(now + TimeSpan.FromSeconds(s_options.VerifyIdleSeconds), _pushes.DueAt);
    }

    private Arrival Judge(LiveEvent happened) => _pushes.Judge(happened, waiting: 0, s_noon);

    private void Compare(DateTimeOffset now)
    {
        _pushes.Begin();
        _pushes.End(s_nothing, now);
    }
}
