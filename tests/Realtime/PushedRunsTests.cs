namespace OrleansSocial.Realtime;

/// <summary>What a node remembers of new messages that were pushed in their order.</summary>
public sealed class PushedRunsTests
{
    [Fact]
    public void New_messages_that_come_in_their_order_are_one_stretch()
    {
        var runs = new PushedRuns(10);

        Assert.True(runs.Add(Pushes.Created(5)));
        Assert.True(runs.Add(Pushes.Created(6)));
        Assert.True(runs.Add(Pushes.Created(6)));

        Assert.Equal([new PushedRun(Pushes.Topic, 5, 6)], runs.Now());
        Assert.True(runs.Contains(Pushes.Created(5)));
        Assert.False(runs.Contains(Pushes.Created(4)));
        Assert.False(runs.Contains(Pushes.Created(7)));
        Assert.False(runs.Contains(Pushes.Changed(5)));
        Assert.False(runs.IsEarly(Pushes.Created(7)));
        Assert.True(runs.IsEarly(Pushes.Created(8)));
        Assert.False(runs.IsEarly(Pushes.Created(8) with { Topic = Guid.NewGuid() }));
    }

    [Fact]
    public void A_push_that_was_lost_begins_a_new_stretch_so_that_it_is_found_in_the_tables()
    {
        var runs = new PushedRuns(10);
        runs.Add(Pushes.Created(5));

        runs.Add(Pushes.Created(7));

        Assert.Equal([new PushedRun(Pushes.Topic, 7, 7)], runs.Now());
        Assert.False(runs.Contains(Pushes.Created(6)));
    }

    [Fact]
    public void What_is_no_new_message_comes_late_or_finds_no_place_is_in_no_stretch()
    {
        var runs = new PushedRuns(1);
        runs.Add(Pushes.Created(5));

        Assert.False(runs.Add(Pushes.Changed(6)));
        Assert.False(runs.Add(Pushes.Created(4)));
        Assert.False(runs.Add(Pushes.Created(1) with { Topic = Guid.NewGuid() }));
        Assert.Equal([new PushedRun(Pushes.Topic, 5, 5)], runs.Now());
    }
}
