using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>What a node remembers of the pushes to a person one by one.</summary>
public sealed class PushedEventsTests
{
    [Fact]
    public void An_event_is_recognised_by_type_topic_number_and_version()
    {
        var pushed = new PushedEvents(10);

        pushed.Add(Pushes.Created(1));

        Assert.True(pushed.Contains(Pushes.Created(1)));
        Assert.False(pushed.Contains(Pushes.Created(2)));
        Assert.False(pushed.Contains(Pushes.Created(1) with { Version = 2 }));
        Assert.False(pushed.Contains(Pushes.Created(1) with { Topic = Guid.NewGuid() }));
        Assert.False(pushed.Contains(Pushes.Created(1) with { Type = ChatLive.ReadMoved.Name }));
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

        for (var i = 1; i <= 5; i++) pushed.Add(Pushes.Created(i));

        Assert.True(pushed.Full);
        Assert.True(pushed.Contains(Pushes.Created(2)));
        Assert.False(pushed.Contains(Pushes.Created(3)));
    }

    [Fact]
    public void A_comparison_forgets_what_it_settled_and_keeps_what_it_will_see_again()
    {
        var pushed = new PushedEvents(10);
        pushed.Add(Pushes.Created(1));
        pushed.Add(Pushes.Created(2));

        pushed.BeginCompare();
        pushed.Add(Pushes.Created(3));
        pushed.EndCompare([Pushes.Created(1), Pushes.Created(2)], settled: 1);

        Assert.False(pushed.Contains(Pushes.Created(1)));
        Assert.True(pushed.Contains(Pushes.Created(2)));
        Assert.True(pushed.Contains(Pushes.Created(3)));
    }

    [Fact]
    public void A_comparison_that_failed_forgets_nothing()
    {
        var pushed = new PushedEvents(10);
        pushed.Add(Pushes.Created(1));
        pushed.BeginCompare();
        pushed.Add(Pushes.Created(2));

        pushed.BeginCompare();

        Assert.True(pushed.Contains(Pushes.Created(1)));
        Assert.True(pushed.Contains(Pushes.Created(2)));
    }
}
