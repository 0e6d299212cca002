using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace OrleansSocial.Chat;

[Collection(SharedApplication.Name)]
public sealed class HistoryTests(SharedHost shared)
{
    [Fact]
    public async Task History_is_read_back_from_the_newest_and_forth_from_any_number()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        foreach (var i in Enumerable.Range(1, 25))
            await room.As(alice).Send($"{i}");

        var newest = await room.As(bob).Page("?limit=10");
        Assert.Equal((16L, 25L, 25L, true, false), Ends(newest));
        var older = await room.As(bob).Page($"?limit=10&before={newest.Entries[0].Seq}");
        Assert.Equal((6L, 15L, 25L, true, true), Ends(older));
        var oldest = await room.As(bob).Page($"?limit=10&before={older.Entries[0].Seq}");
        Assert.Equal((1L, 5L, 25L, false, true), Ends(oldest));

        Assert.Equal((1L, 10L, 25L, false, true), Ends(await room.As(bob).Page("?limit=10&after=0")));
        Assert.Equal((21L, 25L, 25L, true, false), Ends(await room.As(bob).Page("?limit=10&after=20")));
        var beyond = await room.As(bob).Page("?after=25");
        Assert.Empty(beyond.Entries);
        Assert.Equal((true, false), (beyond.HasBefore, beyond.HasAfter));
    }

    [Fact]
    public async Task An_empty_conversation_has_an_empty_page()
    {
        var (_, bob, room) = await shared.Host.Pair();

        var page = await room.As(bob).Page();

        Assert.Empty(page.Entries);
        Assert.Equal((0L, false, false), (page.LastSeq, page.HasBefore, page.HasAfter));
    }

    [Fact]
    public async Task A_page_is_full_by_its_characters_too_and_what_follows_is_read_on()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        var texts = Enumerable.Range(0, 60).Select(i => $"{i:00}{new string('x', 3900)}").ToList();
        foreach (var text in texts) await room.As(alice).Send(text);

        var newest = await room.As(bob).Page("?limit=100");
        var before = await room.As(bob).Page($"?limit=100&before={newest.Entries[0].Seq}");
        var oldest = await room.As(bob).Page("?limit=100&after=0");

        Assert.Equal(texts[34..], newest.Entries.Select(entry => entry.Text));
        Assert.Equal((true, false), (newest.HasBefore, newest.HasAfter));
        Assert.Equal(texts[8..34], before.Entries.Select(entry => entry.Text));
        Assert.Equal(texts[..26], oldest.Entries.Select(entry => entry.Text));
        Assert.Equal((false, true), (oldest.HasBefore, oldest.HasAfter));
    }

    [Theory]
    [InlineData("?after=1&before=2", "request.two_directions"), InlineData("?after=-1", "request.bad_cursor"), InlineData("?before=-1", "request.bad_cursor")]
    [InlineData("?after=x", "request.bad_cursor"), InlineData("?after=1.5", "request.bad_cursor"), InlineData("?after=99999999999999999999", "request.bad_cursor")]
    [InlineData("?after=", "request.bad_cursor"), InlineData("?limit=0", "request.bad_limit"), InlineData("?limit=101", "request.bad_limit"), InlineData("?limit=-1", "request.bad_limit")]
    public async Task A_page_that_is_none_is_refused(string query, string code)
    {
        var (_, bob, room) = await shared.Host.Pair();

        await Person.Refused(
            await bob.Http.GetAsync(new Uri($"{room.Path}/messages{query}", UriKind.Relative)), HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task The_read_marker_moves_up_and_never_down_and_what_lies_above_is_unread()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        foreach (var i in Enumerable.Range(1, 10))
            await room.As(alice).Send($"{i}");
        Assert.Equal((10, 0, 10), await Unread(room.As(bob)));

        Assert.Equal(7, (await Person.Read<ReadMarker>(await room.As(bob).TryMarkRead(7))).Seq);
        Assert.Equal(7, (await Person.Read<ReadMarker>(await room.As(bob).TryMarkRead(3))).Seq);
        Assert.Equal((10, 7, 3), await Unread(room.As(bob)));

        var markers = await Task.WhenAll(Enumerable.Range(1, 10).Reverse().Select(i => room.As(bob).TryMarkRead(i)));
        Assert.All(markers, m => Assert.Equal(HttpStatusCode.OK, m.StatusCode));
        Assert.Equal((10, 10, 0), await Unread(room.As(bob)));
        Assert.Equal(10, (await room.As(alice).View()).Members.Single(m => m.User == bob.Id).ReadSeq);
        await Person.Refused(await room.As(bob).TryMarkRead(11), HttpStatusCode.NotFound, "chat.message_not_found");
        await Person.Refused(await room.As(bob).TryMarkRead(-1), HttpStatusCode.NotFound, "chat.message_not_found");
    }

    [Fact]
    public async Task The_list_has_the_most_recently_active_conversation_first()
    {
        var people = await shared.Host.People("alice", "bob", "carol", "dave");
        var (alice, bob) = (people[0], people[1]);
        var rooms = new List<Room> { await alice.Pair(bob), await alice.Pair(people[2]), await alice.Pair(people[3]), await alice.Group("Trip", bob) };
        await rooms[1].As(alice).Send("one");
        await rooms[0].As(bob).Send("two");

        var all = (await alice.Get<Page<ConversationSummary>>("/v1/conversations")).Items;
        Assert.Equal([rooms[0].Id, rooms[1].Id, rooms[3].Id, rooms[2].Id], all.Select(line => line.Id));
        Assert.Equal((bob.Id, 2, "two", 1L), (all[0].Peer, all[0].MemberCount, all[0].LastEntry?.Text, all[0].Unread));
        Assert.Equal((null, "Trip", 0L), (all[2].Peer, all[2].Title, all[2].Unread));
        Assert.Null(all[3].LastEntry);

        var walked = new List<ConversationId>();
        string? next = null;
        do
        {
            var page = await alice.Get<Page<ConversationSummary>>($"/v1/conversations?limit=1{(next is null ? "" : $"&after={next}")}");
            walked.AddRange(page.Items.Select(line => line.Id));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(all.Select(line => line.Id), walked);
    }

    [Fact]
    public async Task The_list_is_read_forth_and_back_and_its_cursors_are_of_their_person_alone()
    {
        var people = await shared.Host.People("alice", "bob", "carol", "dave", "erin", "frank");
        var alice = people[0];
        foreach (var other in people.Skip(1)) await alice.Pair(other);
        var all = await List(alice, "?limit=100");

        var first = await List(alice, "?limit=2");
        var second = await List(alice, $"?limit=2&after={first.Next}");
        var third = await List(alice, $"?limit=2&after={second.Next}");
        var back = await List(alice, $"?limit=2&before={third.Previous}");
        var front = await List(alice, $"?limit=2&before={back.Previous}");

        Assert.Equal(Peers(all), [.. Peers(first), .. Peers(second), .. Peers(third)]);
        Assert.Equal(Peers(second), Peers(back));
        Assert.Equal(Peers(first), Peers(front));
        Assert.Equal((null, null, null), (first.Previous, front.Previous, third.Next));
        Assert.Equal(Peers(second), Peers(await List(alice, $"?limit=2&after={front.Next}")));
        foreach (var theirs in (string[])[first.Next!, third.Previous!])
        {
            await Person.Refused(
                await people[1].Http.GetAsync(new Uri($"/v1/conversations?after={theirs}", UriKind.Relative)), HttpStatusCode.BadRequest, "request.bad_cursor");
            await Person.Refused(
                await alice.Http.GetAsync(new Uri($"/v1/conversations?before={theirs[..^1]}", UriKind.Relative)), HttpStatusCode.BadRequest, "request.bad_cursor");
        }

        static Task<Page<ConversationSummary>> List(Person person, string query) => person.Get<Page<ConversationSummary>>($"/v1/conversations{query}");
        static List<UserId?> Peers(Page<ConversationSummary> page) => [.. page.Items.Select(line => line.Peer)];
    }

    [Fact]
    public void A_page_and_what_asks_for_it_cross_from_silo_to_silo()
    {
        var serializer = shared.Host.Services.GetRequiredService<Serializer>();
        var ask = PageAsk.Of(null, "cursor", 7).Value;

        Assert.Equal(ask, serializer.Deserialize<PageAsk>(serializer.SerializeToArray(ask)));
        var page = serializer.Deserialize<Page<string>>(serializer.SerializeToArray(new Page<string>(["one"], "next", null)))!;
        Assert.Equal(("one", "next", null), (page.Items.Single(), page.Next, page.Previous));
    }

    [Theory]
    [InlineData("?after=x", "request.bad_cursor"), InlineData("?after=", "request.bad_cursor"), InlineData("?limit=0", "request.bad_limit"), InlineData("?limit=101", "request.bad_limit")]
    [InlineData("?before=AAAA", "request.bad_cursor"), InlineData("?after=x&before=x", "request.two_directions")]
    [InlineData("?after=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "request.bad_cursor"), InlineData("?after=________________________________", "request.bad_cursor")]
    public async Task A_page_of_the_list_that_is_none_is_refused(string query, string code)
    {
        var alice = await shared.Host.Person("alice");

        await Person.Refused(
            await alice.Http.GetAsync(new Uri($"/v1/conversations{query}", UriKind.Relative)), HttpStatusCode.BadRequest, code);
    }

    private static (long First, long Last, long LastSeq, bool Before, bool After) Ends(MessagePage page) =>
        (page.Entries[0].Seq, page.Entries[^1].Seq, page.LastSeq, page.HasBefore, page.HasAfter);

    private static async Task<(int Last, int Read, int Unread)> Unread(Seat seat)
    {
        var line = await seat.Line();
        return ((int)line.LastSeq, (int)line.ReadSeq, (int)line.Unread);
    }
}
