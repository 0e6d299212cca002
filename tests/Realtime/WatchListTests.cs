namespace OrleansSocial.Realtime;

public sealed class WatchListTests
{
    private static readonly UserId s_alice = Ids.New<UserId>(TimeProvider.System);
    private static readonly UserId s_bob = Ids.New<UserId>(TimeProvider.System);

    [Fact]
    public void A_change_is_noted_once()
    {
        var list = Begun(new(s_alice, Online: true));

        Assert.False(list.Note(new(s_alice, Online: true)));
        Assert.True(list.Note(new(s_alice, Online: false)));
        Assert.False(list.Note(new(s_alice, Online: false)));
        Assert.True(list.Note(new(s_alice, Online: true)));
    }

    [Fact]
    public void Whoever_is_not_watched_is_not_noted()
    {
        var list = Begun(new(s_alice, Online: true));

        Assert.False(list.Note(new(s_bob, Online: true)));
        Assert.False(WatchList.Empty.Note(new(s_alice, Online: true)));
        Assert.Equal([s_alice], list.People);
    }

    [Fact]
    public void What_is_told_while_it_is_asked_for_is_newer_than_the_answer()
    {
        var list = new WatchList([s_alice, s_bob]);

        Assert.True(list.Note(new(s_alice, Online: true)));
        Assert.Equal([new(s_alice, true), new PresenceNotice(s_bob, false)], list.Begin([new(s_alice, false), new(s_bob, false)]));
    }

    private static WatchList Begun(PresenceNotice notice)
    {
        var list = new WatchList([notice.User]);
        list.Begin([notice]);
        return list;
    }
}
