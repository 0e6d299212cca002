namespace OrleansSocial.Realtime;

/// <summary>When pushes are compared with the tables, with a clock that stands in the test.</summary>
public sealed class PushReconciliationTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RealtimeOptions s_options = new() { VerifySeconds = 3, VerifyIdleSeconds = 300 };

    [Fact]
    public void A_push_asks_for_a_comparison_soon_and_the_next_pushes_do_not_put_it_off()
    {
        var pushes = new PushReconciliation(10, s_noon);
        Assert.Equal(s_noon.AddSeconds(300), pushes.DueAt(s_options));

        Assert.True(pushes.Note(Pushes.Created(1), s_noon, s_options));
        Assert.False(pushes.Note(Pushes.Created(2), s_noon.AddSeconds(2), s_options));

        Assert.Equal(s_noon.AddSeconds(3), pushes.DueAt(s_options));
    }

    [Fact]
    public void A_full_book_is_compared_at_once_but_not_again_and_again_while_that_is_not_possible()
    {
        var pushes = new PushReconciliation(2, s_noon);
        pushes.Note(Pushes.Changed(1), s_noon, s_options);

        Assert.True(pushes.Note(Pushes.Changed(2), s_noon, s_options));
        Assert.Equal(s_noon, pushes.DueAt(s_options));

        pushes.Begin();
        pushes.Postpone(s_noon, s_options);
        Assert.False(pushes.Note(Pushes.Changed(3), s_noon, s_options));
        Assert.Equal(s_noon.AddSeconds(3), pushes.DueAt(s_options));
    }

    [Fact]
    public void What_was_not_settled_is_compared_again_soon()
    {
        var pushes = new PushReconciliation(10, s_noon) { Since = new CursorToken(5, 0, 0) };
        pushes.Begin();

        pushes.End(new ChangePage([new Change(20, Pushes.Created(1))], new CursorToken(15, 0, 0), false, ResetReason.None), s_noon, s_options);

        Assert.Equal(s_noon.AddSeconds(3), pushes.DueAt(s_options));
        Assert.True(pushes.Pushed.Contains(Pushes.Created(1)));
        Assert.Equal(15UL, pushes.Since!.Value.Horizon);
    }

    [Fact]
    public void One_more_comparison_follows_the_last_push_and_then_no_more()
    {
        var pushes = new PushReconciliation(10, s_noon) { Since = new CursorToken(5, 0, 0) };
        var nothing = new ChangePage([], new CursorToken(15, 0, 0), false, ResetReason.None);
        pushes.Note(Pushes.Created(1), s_noon, s_options);

        pushes.Begin();
        pushes.End(nothing, s_noon.AddSeconds(3), s_options);
        Assert.Equal(s_noon.AddSeconds(6), pushes.DueAt(s_options));

        pushes.Begin();
        pushes.End(nothing, s_noon.AddSeconds(6), s_options);
        Assert.Equal(s_noon.AddSeconds(306), pushes.DueAt(s_options));
    }

    [Fact]
    public void While_a_silo_may_think_that_nobody_is_there_one_comparison_follows_the_other()
    {
        var now = DateTimeOffset.UnixEpoch;
        var verify = TimeSpan.FromSeconds(s_options.VerifySeconds);
        var pushes = new PushReconciliation(16, now);
        Assert.Equal(now + TimeSpan.FromSeconds(s_options.VerifyIdleSeconds), pushes.DueAt(s_options));

        pushes.Doubt(now, s_options);
        Assert.Equal(now + verify, pushes.DueAt(s_options));
        for (; now < DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(s_options.RosterSeconds); now += verify)
        {
            Compare(pushes, now);
            Assert.Equal(now + verify, pushes.DueAt(s_options));
        }

        Compare(pushes, now);
        Assert.Equal(now + TimeSpan.FromSeconds(s_options.VerifyIdleSeconds), pushes.DueAt(s_options));
    }

    private static void Compare(PushReconciliation pushes, DateTimeOffset now)
    {
        pushes.Begin();
        pushes.End(new([], default, false, ResetReason.None), now, s_options);
    }
}
