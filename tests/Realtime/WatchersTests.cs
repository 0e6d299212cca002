namespace OrleansSocial.Realtime;

/// <summary>Who is told of a person's coming and going, with a clock that stands in the test.</summary>
public sealed class WatchersTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

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

    private static UserId NewUser() => Ids.New<UserId>(TimeProvider.System);
}
