using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>Whom somebody knows: those with whom they are in a conversation now.</summary>
[Collection(SharedApplication.Name)]
public sealed class AcquaintanceTests(SharedHost shared)
{
    private IAcquaintancesGrain Acquaintances => shared.Host.Grains.GetGrain<IAcquaintancesGrain>(0);

    [Fact]
    public async Task Whoever_shares_a_conversation_now_is_known_once_and_whoever_has_left_is_not()
    {
        var people = await shared.Host.People("alice", "bob", "carol", "dave", "erin");
        var (alice, bob, carol, dave, erin) = (people[0], people[1], people[2], people[3], people[4]);
        await alice.Pair(bob);
        var group = await alice.Group("ours", bob, carol, dave);
        await group.As(dave).TryRemove(dave);

        Assert.Equal(Set(bob, carol), (await Acquaintances.Of(alice.Id, 100)).OrderBy(user => user.Value));
        Assert.Equal(Set(alice, carol), (await Acquaintances.Of(bob.Id, 100)).OrderBy(user => user.Value));
        Assert.Empty(await Acquaintances.Of(dave.Id, 100));
        Assert.Empty(await Acquaintances.Of(UserId.From(Guid.NewGuid()), 100));

        UserId[] all = [.. people.Select(person => person.Id)];
        Assert.Equal(Set(alice, bob, carol), (await Acquaintances.Among(alice.Id, [.. all, .. all])).OrderBy(user => user.Value));
        Assert.Equal(Set(erin), await Acquaintances.Among(erin.Id, all));
    }

    [Fact]
    public async Task No_more_are_named_than_are_asked_for_also_where_the_same_people_meet_again_and_again()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        foreach (var i in Enumerable.Range(0, 6)) await alice.Group($"{i}", bob, carol);

        Assert.Contains(Assert.Single(await Acquaintances.Of(alice.Id, 1)), Set(bob, carol));
        Assert.InRange((await Acquaintances.Of(alice.Id, 2)).Count, 1, 2);
        Assert.Equal(Set(bob, carol), (await Acquaintances.Of(alice.Id, 3)).OrderBy(user => user.Value));
    }

    private static IEnumerable<UserId> Set(params Person[] people) => people.Select(person => person.Id).OrderBy(user => user.Value);
}
