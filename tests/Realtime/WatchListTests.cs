namespace OrleansSocial.Realtime;

public sealed class WatchListTests
{
    private static readonly UserId s_alice = Ids.New<UserId>(TimeProvider.System);
    private static readonly UserId s_bob = Ids.New<UserId>(TimeProvider.System);

    [Fact]
    public void A_change_is_noted_once()
    {
        var list = new WatchList([new(s_alice, Online: true)]);

        Assert.False(list.Note(new(s_alice, Online: true)));
        Assert.True(list.Note(new(s_alice, Online: false)));
        Assert.False(list.Note(new(s_alice, Online: false)));
        Assert.True(list.Note(new(s_alice, Online: true)));
    }

    [Fact]
    public void Whoever_is_not_watched_is_not_noted()
    {
        var list = new WatchList([new(s_alice, Online: true)]);

        Assert.False(list.Note(new(s_bob, Online: true)));
        Assert.False(WatchList.Empty.Note(new(s_alice, Online: true)));
        Assert.Equal([s_alice], list.People);
    }
}
