using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

[Collection(SharedApplication.Name)]
public sealed class BookmarkTests(SharedHost shared)
{
    [Fact]
    public async Task Somebody_finds_what_they_saved_the_newest_first_and_as_it_is_now()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        foreach (var i in Enumerable.Range(1, 3)) await room.As(alice).Send($"{i}");
        await Save(bob, room, 2);
        var saved = await Save(bob, room, 1);

        await room.As(alice).TryEdit(2, "changed");

        var page = await List(bob);
        Assert.Equal(["1", "changed"], page.Items.Select(one => one.Message.Text));
        Assert.Equal(saved, page.Items[0]);
        Assert.Empty((await List(alice)).Items);
    }

    [Fact]
    public async Task Saving_and_removing_twice_is_once()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        await room.As(alice).Send("text");

        Assert.Equal(await Save(bob, room, 1), await Save(bob, room, 1));
        Assert.Single((await List(bob)).Items);
        Assert.Equal(HttpStatusCode.NoContent, await Remove(bob, room, 1));
        Assert.Equal(HttpStatusCode.NoContent, await Remove(bob, room, 1));

        Assert.Empty((await List(bob)).Items);
    }

    [Fact]
    public async Task Many_that_save_and_remove_the_same_at_once_leave_one_or_none()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        await room.As(alice).Send("text");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => bob.Send(i % 3 == 2 ? HttpMethod.Delete : HttpMethod.Put, Path(room, 1))));

        await Save(bob, room, 1);
        Assert.Single((await List(bob)).Items);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(99)]
    [InlineData(long.MaxValue)]
    public async Task A_message_that_is_not_there_cannot_be_saved(long seq)
    {
        var (_, bob, room) = await shared.Host.Pair();

        await Person.Refused(await bob.Send(HttpMethod.Put, Path(room, seq)), HttpStatusCode.NotFound, BookmarkRefusals.MessageNotFound.Code);
    }

    [Fact]
    public async Task A_message_of_a_conversation_that_one_is_not_in_cannot_be_saved_and_does_not_show_that_it_is_there()
    {
        var (alice, _, room) = await shared.Host.Pair();
        await room.As(alice).Send("secret");
        var carol = await shared.Host.Person("carol");

        var (there, nowhere) = (await carol.Send(HttpMethod.Put, Path(room, 1)), await carol.Send(HttpMethod.Put, Path(new(ConversationId.From(Guid.NewGuid())), 1)));

        var refused = await Person.Refused(there, HttpStatusCode.NotFound, BookmarkRefusals.MessageNotFound.Code);
        Assert.Equal($"{refused.GetProperty("detail")}", $"{(await Person.Refused(nowhere, HttpStatusCode.NotFound, BookmarkRefusals.MessageNotFound.Code)).GetProperty("detail")}");
    }

    [Fact]
    public async Task What_can_no_longer_be_read_is_left_out_pages_are_full_all_the_same_and_it_is_back_when_one_is_back()
    {
        var people = await shared.Host.People("alice", "bob");
        var (alice, bob) = (people[0], people[1]);
        var (stays, leaves) = (await alice.Group("ours", bob), await alice.Group("ours", bob));
        foreach (var i in Enumerable.Range(0, 6))
        {
            foreach (var room in (Room[])[stays, leaves, leaves])
            {
                var sent = await room.As(alice).Send($"{(room == stays ? "stays" : "leaves")} {i}");
                await Save(bob, room, sent.Seq);
            }
        }

        await leaves.As(alice).TryRemove(bob);

        var (seen, next) = (new List<string>(), (string?)null);
        do
        {
            var page = await List(bob, $"?limit=4{(next is null ? "" : $"&after={next}")}");
            Assert.True(page.Items.Count == 4 || page.Next is null);
            seen.AddRange(page.Items.Select(one => one.Message.Text));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(Enumerable.Range(0, 6).Reverse().Select(i => $"stays {i}"), seen);
        Assert.Equal(HttpStatusCode.NoContent, await Remove(bob, leaves, 4));

        await leaves.As(alice).TryInvite(bob);
        Assert.Equal(17, (await List(bob)).Items.Count);
    }

    [Fact]
    public async Task Pages_go_both_ways_and_cursors_of_others_are_refused()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        foreach (var i in Enumerable.Range(1, 5)) await Save(bob, room, (await room.As(alice).Send($"{i}")).Seq);

        var first = await List(bob, "?limit=2");
        var second = await List(bob, $"?limit=2&after={first.Next}");
        var back = await List(bob, $"?limit=2&before={second.Previous}");

        Assert.Equal(["5", "4"], first.Items.Select(one => one.Message.Text));
        Assert.Equal(["3", "2"], second.Items.Select(one => one.Message.Text));
        Assert.Equal(first.Items, back.Items);
        await Person.Refused(await alice.Http.GetAsync(new Uri($"/v1/bookmarks?after={first.Next}", UriKind.Relative)), HttpStatusCode.BadRequest, CommonRefusals.BadCursor.Code);
        await Person.Refused(await bob.Http.GetAsync(new Uri("/v1/bookmarks?after=x", UriKind.Relative)), HttpStatusCode.BadRequest, CommonRefusals.BadCursor.Code);
    }

    [Fact]
    public async Task Other_devices_are_told_live_and_again_from_their_cursor()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        await room.As(alice).Send("text");
        await using var phone = await LiveClient.Subscribed(bob);
        var cursor = (await bob.Get<JsonElement>("/v1/events/")).GetProperty("cursor").GetString();

        await Save(bob, room, 1);
        await Remove(bob, room, 1);

        string[] types = ["bookmark.saved", "bookmark.removed"];
        await Eventually(() => Assert.Equal(types, phone.Events.Select(Type).Where(type => type.StartsWith("bookmark", StringComparison.Ordinal))));
        var pushed = phone.Events.First(e => Type(e) == "bookmark.saved").GetProperty("data");
        Assert.Equal((room.Id.Value, 1), (pushed.GetProperty("message").GetProperty("conversation").GetGuid(), pushed.GetProperty("message").GetProperty("seq").GetInt64()));
        var read = (await bob.Get<JsonElement>($"/v1/events/?cursor={cursor}")).GetProperty("events").EnumerateArray().Where(e => Type(e).StartsWith("bookmark", StringComparison.Ordinal)).ToList();
        Assert.Equal(types, read.Select(Type));
        Assert.Equal(pushed.ToString(), read[0].GetProperty("data").ToString());
        Assert.Empty((await alice.Get<JsonElement>("/v1/events/?wait=0")).GetProperty("events").EnumerateArray());
    }

    [Fact]
    public async Task A_person_may_save_so_many_and_no_more()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        var options = shared.Host.Services.GetRequiredService<IOptions<BookmarksOptions>>().Value;
        foreach (var i in Enumerable.Range(1, 3)) await room.As(alice).Send($"{i}");
        var before = options.CountMax;
        try
        {
            options.CountMax = 2;
            await Save(bob, room, 1);
            await Save(bob, room, 2);
            await Person.Refused(await bob.Send(HttpMethod.Put, Path(room, 3)), HttpStatusCode.Conflict, BookmarkRefusals.TooMany.Code);
            await Save(bob, room, 1);
            await Remove(bob, room, 1);
            await Save(bob, room, 3);
        }
        finally
        {
            options.CountMax = before;
        }
    }

    private static async Task<Bookmark> Save(Person person, Room room, long seq) => await Person.Read<Bookmark>(await person.Send(HttpMethod.Put, Path(room, seq)));

    private static async Task<HttpStatusCode> Remove(Person person, Room room, long seq) => (await person.Send(HttpMethod.Delete, Path(room, seq))).StatusCode;

    private static Task<Page<Bookmark>> List(Person person, string query = "") => person.Get<Page<Bookmark>>($"/v1/bookmarks{query}");

    private static string Type(JsonElement told) => told.GetProperty("type").GetString()!;

    private static string Path(Room room, long seq) => $"/v1/bookmarks/{room}/{seq}";
}
