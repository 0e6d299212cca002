using System.Net;

namespace OrleansSocial.Realtime;

/// <summary>The same events as server-sent events and by polling.</summary>
[Collection(SharedApplication.Name)]
public sealed class StreamTests(SharedHost shared)
{
    private SocialHost Host => shared.Host;

    [Fact]
    public async Task A_stream_hands_out_events_and_its_ids_are_cursors_to_resume_from()
    {
        var (alice, bob, room) = await Host.Pair();
        string id;
        await using (var stream = await EventStream.Open(bob))
        {
            Assert.Equal("reset", (await stream.Next()).Name);
            await room.As(alice).Send("one");
            var happened = await stream.Next("message.created");
            Assert.Equal("one", happened.Data.GetProperty("data").GetProperty("text").GetString());
            Assert.Null(happened.Id);
            id = (await stream.Next("position")).Id!;
        }

        await room.As(alice).Send("two");
        await using var resumed = await EventStream.Open(bob, lastEventId: id);

        Assert.Equal("two", (await resumed.Next("message.created")).Data.GetProperty("data").GetProperty("text").GetString());
        Assert.NotNull((await resumed.Next("position")).Id);
        await room.As(alice).Send("three");
        Assert.Equal("three", (await resumed.Next("message.created")).Data.GetProperty("data").GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_long_absence_is_streamed_in_pages_until_the_end()
    {
        var (alice, bob, room) = await Host.Pair();
        var cursor = (await bob.Get<PolledPage>("/v1/events")).Cursor;
        await Task.WhenAll(Enumerable.Range(0, 450).Select(i => room.As(alice).Send($"{i}")));

        await using var stream = await EventStream.Open(bob, lastEventId: cursor);

        var seqs = new HashSet<long>();
        while (seqs.Count < 450) seqs.Add((await stream.Next("message.created")).Data.GetProperty("seq").GetInt64());
        await room.As(alice).Send("live again");
        Assert.Equal(451, (await stream.Next("message.created")).Data.GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task A_stream_ends_with_its_session()
    {
        var bob = await Host.Person("bob");
        await using var stream = await EventStream.Open(bob);
        Assert.Equal("reset", (await stream.Next()).Name);

        await bob.Post("/v1/auth/logout", new { });

        Assert.Equal("realtime.session_ended", (await stream.Next("closing")).Data.GetProperty("code").GetString());
        Assert.True(await stream.Ended());
    }

    [Fact]
    public async Task A_poll_answers_at_once_what_is_there_already()
    {
        var (alice, bob, room) = await Host.Pair();
        var start = await bob.Get<PolledPage>("/v1/events");
        await room.As(alice).Send("one");

        var page = await bob.Get<PolledPage>($"/v1/events?cursor={start.Cursor}&wait=30");

        Assert.True(start.Reset);
        Assert.Contains(page.Events, e => e.Type == "message.created" && e.Data.GetProperty("text").GetString() == "one");
        Assert.False(page.Reset);
    }

    [Fact]
    public async Task A_poll_waits_for_what_happens_then_and_for_typing_too()
    {
        var (alice, bob, room) = await Host.Pair();
        var cursor = await Settled(bob);

        var polling = bob.Get<PolledPage>($"/v1/events?cursor={cursor}&wait=30");
        await Eventually(async () => Assert.True((await alice.Get<PresenceList>($"/v1/presence?users={bob.Id}")).Items[0].Online));
        await alice.Post($"/v1/conversations/{room}/typing", new { });
        var typed = await polling.Soon("an answer of the poll");
        Assert.Contains(typed.Events, e => e.Type == "typing");

        var waiting = bob.Get<PolledPage>($"/v1/events?cursor={typed.Cursor}&wait=30");
        await room.As(alice).Send("one");
        var page = await waiting.Soon("an answer of the poll");
        Assert.Contains(page.Events, e => e.Type == "message.created");
    }

    [Fact]
    public async Task A_poll_in_which_nothing_happens_gives_its_cursor_back()
    {
        var bob = await Host.Person("bob");
        var cursor = await Settled(bob);

        var page = await bob.Get<PolledPage>($"/v1/events?cursor={cursor}&wait=1");

        Assert.Empty(page.Events);
        Assert.False(page.Reset || page.More);
        Assert.True(string.CompareOrdinal(page.Cursor, cursor) >= 0);
    }

    [Theory]
    [InlineData("/v1/events?wait=-1", "realtime.wait")]
    [InlineData("/v1/events?wait=31", "realtime.wait")]
    [InlineData("/v1/events?wait=soon", "request.malformed")]
    [InlineData("/v1/events?wait=99999999999999999999", "request.malformed")]
    [InlineData("/v1/presence?users=bob", "request.malformed")]
    public async Task Polls_and_presence_refuse_what_they_cannot_read(string path, string code)
        => await Person.Refused(await (await Host.Person("bob")).Http.GetAsync(new Uri(path, UriKind.Relative)), HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task Presence_is_asked_for_at_most_a_hundred_at_once()
    {
        var bob = await Host.Person("bob");
        var users = string.Join(',', Enumerable.Range(0, 101).Select(_ => Guid.NewGuid()));

        await Person.Refused(await bob.Http.GetAsync(new Uri($"/v1/presence?users={users}", UriKind.Relative)), HttpStatusCode.UnprocessableEntity, "realtime.watch_count");
        Assert.Empty((await bob.Get<PresenceList>("/v1/presence")).Items);
    }

    [Theory]
    [InlineData("/v1/events")]
    [InlineData("/v1/events/stream")]
    [InlineData("/v1/presence?users=")]
    [InlineData("/v1/live")]
    public async Task Nobody_hears_anything_without_signing_in(string path)
        => await Person.Refused(await Host.Http.GetAsync(new Uri(path, UriKind.Relative)), HttpStatusCode.Unauthorized, "identity.not_signed_in");

    // The opening of a conversation may still be on its way when a test begins.
    internal static async Task<string> Settled(Person person)
    {
        var cursor = (await person.Get<PolledPage>("/v1/events")).Cursor;
        await Eventually(async () =>
        {
            var page = await person.Get<PolledPage>($"/v1/events?cursor={cursor}");
            cursor = page.Cursor;
            Assert.Empty(page.Events);
        });
        return cursor;
    }
}
