using System.Net;

namespace OrleansSocial.Chat;

[Collection(SharedApplication.Name)]
public sealed class UnreadTests(SharedHost shared)
{
    [Fact]
    public async Task Unread_are_the_texts_of_others_that_stand()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await room.As(alice).Send("one");
        var two = await room.As(alice).Send("two");
        await room.As(bob).Send("my own");
        await room.As(alice).TryRetitle("Holiday");
        await room.As(alice).TryInvite(carol);

        Assert.Equal(2, (await room.As(bob).Line()).Unread);
        Assert.Equal(0, (await room.As(carol).Line()).Unread);
        Assert.Equal(1, (await room.As(alice).Line()).Unread);

        await room.As(alice).TryDelete(two.Seq);
        Assert.Equal(1, (await room.As(bob).Line()).Unread);
        await room.As(bob).TryMarkRead(3);
        Assert.Equal(0, (await room.As(bob).Line()).Unread);
    }

    [Fact]
    public async Task A_text_moves_its_senders_marker_when_it_stood_at_the_end()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        await room.As(alice).Send("one");
        await room.As(alice).Send("two");
        Assert.Equal((2, 0), await Read(alice));
        Assert.Equal((0, 2), await Read(bob));

        await room.As(bob).Send("without having looked");
        await room.As(bob).Send("again");
        Assert.Equal((0, 2), await Read(bob));
        Assert.Equal((2, 2), await Read(alice));

        await room.As(bob).TryMarkRead(4);
        await room.As(bob).Send("now I have");
        Assert.Equal((5, 0), await Read(bob));

        async Task<(int Read, int Unread)> Read(Person who)
        {
            var line = await room.As(who).Line();
            Assert.Equal(line.ReadSeq, (await room.As(who).View()).Members.Single(m => m.User == who.Id).ReadSeq);
            return ((int)line.ReadSeq, (int)line.Unread);
        }
    }

    [Fact]
    public async Task Whoever_writes_at_the_same_time_as_others_never_passes_over_what_they_have_not_read()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => room.As(i % 2 == 0 ? alice : bob).Send($"{i}")));

        var entries = (await room.As(alice).Page("?limit=100")).Entries;
        foreach (var person in (Person[])[alice, bob])
        {
            var line = await room.As(person).Line();
            Assert.DoesNotContain(entries, e => e.Seq <= line.ReadSeq && e.Sender != person.Id);
            Assert.Equal(20, line.Unread);
        }
    }

    [Fact]
    public async Task A_repetition_and_a_refused_text_move_no_marker()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        await room.As(alice).Send("one", "key");
        await room.As(bob).Send("two");

        await room.As(alice).Send("one", "key");
        await Person.Refused(await room.As(alice).TrySend("another", "key"), HttpStatusCode.Conflict, "request.key_reused");

        Assert.Equal((1L, 1L), ((await room.As(alice).Line()).ReadSeq, (await room.As(alice).Line()).Unread));
    }

    [Fact]
    public async Task Whoever_comes_back_after_a_restart_has_the_marker_that_their_text_moved()
    {
        var database = await TestServer.NewDatabase();
        Person alice;
        Room room;
        await using (var before = await SocialHost.Start(database))
        {
            (alice, _, room) = await before.Pair();
            await room.As(alice).Send("one");
        }

        await using var after = await SocialHost.Start(database);

        var seat = room.As(alice.At(after));
        Assert.Equal((1L, 1L), ((await seat.Line()).ReadSeq, (await seat.View()).Members.Single(m => m.User == alice.Id).ReadSeq));
    }
}
