namespace OrleansSocial.Realtime;

/// <summary>What reaches people live over the hub.</summary>
[Collection(SharedApplication.Name)]
public sealed class LiveTests(SharedHost shared)
{
    private SocialHost Host => shared.Host;

    [Fact]
    public async Task What_alice_sends_reaches_bob_and_her_other_device_but_not_the_one_that_sent()
    {
        var (alice, bob, room) = await Host.Pair();
        await using var phone = await LiveClient.Subscribed(alice);
        await using var laptop = await LiveClient.Subscribed(await alice.AnotherDevice());
        await using var bobs = await LiveClient.Subscribed(bob);

        var seq = await phone.Send(room, "hello 🎉 שלום 漢字");

        await Eventually(() => Assert.Equal(["hello 🎉 שלום 漢字"], bobs.Texts));
        await Eventually(() => Assert.Equal(["hello 🎉 שלום 漢字"], laptop.Texts));
        var heard = bobs.Events.Single(e => e.GetProperty("type").GetString() == "message.created");
        Assert.Equal((seq, 1, room.Id.Value), (heard.GetProperty("seq").GetInt64(), heard.GetProperty("version").GetInt32(), heard.GetProperty("topic").GetGuid()));
        Assert.DoesNotContain("hello 🎉 שלום 漢字", phone.Texts);
    }

    [Fact]
    public async Task Everyone_hears_the_messages_in_the_same_order()
    {
        var (alice, bob, room) = await Host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);
        await using var watching = await LiveClient.Subscribed(await bob.AnotherDevice());

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? alices.Send(room, $"a{i}") : bobs.Send(room, $"b{i}")));

        await Eventually(() => Assert.Equal(50, watching.Texts.Count()));
        var seqs = watching.Events.Where(e => e.GetProperty("type").GetString() == "message.created").Select(e => e.GetProperty("seq").GetInt64());
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), seqs);
    }

    [Fact]
    public async Task Typing_edits_deletions_and_read_markers_reach_the_other()
    {
        var (alice, bob, room) = await Host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);
        var seq = await alices.Send(room, "helo");

        await bobs.Invoke("Typing", room.Id);
        await bobs.Invoke("MarkRead", room.Id, seq);
        await alices.Invoke("Edit", room.Id, seq, "hello");
        await alices.Invoke("Delete", room.Id, seq);

        await Eventually(() => Assert.Contains(alices.Events, e => e.GetProperty("type").GetString() == "typing" && e.GetProperty("data").GetProperty("user").GetGuid() == bob.Id.Value));
        await Eventually(() => Assert.Contains(alices.Events, e => e.GetProperty("type").GetString() == "read.moved" && e.GetProperty("data").GetProperty("seq").GetInt64() == seq));
        await Eventually(() => Assert.Equal(["2 hello", "3 "], bobs.Events.Where(e => e.GetProperty("type").GetString() == "message.changed")
            .Select(e => $"{e.GetProperty("version")} {e.GetProperty("data").GetProperty("text").GetString()}").Distinct()));
    }

    [Fact]
    public async Task A_position_comes_after_what_it_covers_and_a_client_resumes_from_it_without_a_gap()
    {
        var (alice, bob, room) = await Host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        string position;
        await using (var first = await LiveClient.Subscribed(bob))
        {
            await alices.Send(room, "while here");
            await Eventually(() => Assert.Contains("while here", first.Texts));
            await Host.Time.Until(() => Assert.NotEmpty(first.Positions));
            var heard = first.Heard.ToList();
            var firstPosition = heard.FindIndex(h => h.Target == "position");
            Assert.Contains("while here", heard.Take(firstPosition).Where(h => h.Target == "event").Select(h => h.Argument.GetProperty("data").TryGetProperty("text", out var t) ? t.GetString() : ""));
            position = first.Positions.Last();
        }

        for (var i = 0; i < 30; i++) await alices.Send(room, $"while away {i}");
        await using var second = await LiveClient.Subscribed(bob, position);

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"while away {i}"), second.Texts.Where(t => t != "while here"));
        await alices.Send(room, "back again");
        await Eventually(() => Assert.Equal("back again", second.Texts.Last()));
    }

    [Fact]
    public async Task Positions_only_rise()
    {
        var (alice, bob, room) = await Host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);

        for (var i = 0; bobs.Positions.Count() < 3; i++)
        {
            var seen = bobs.Positions.Count();
            await alices.Send(room, $"{i}");
            await Host.Time.Until(() => Assert.True(bobs.Positions.Count() > seen, "a position after each message"));
        }

        Assert.Equal(bobs.Positions.Order(StringComparer.Ordinal), bobs.Positions);
    }

    [Fact]
    public async Task A_new_group_and_a_leaving_are_heard_by_those_they_concern()
    {
        var (alice, bob, carol) = await Host.Three();
        await using var carols = await LiveClient.Subscribed(carol);

        var group = await alice.Group("Walks", bob, carol);
        await Eventually(() => Assert.Contains(carols.Events, e => e.GetProperty("type").GetString() == "conversation.changed" && e.GetProperty("data").GetProperty("title").GetString() == "Walks"));
        await group.As(alice).TryRemove(carol);

        await Eventually(() => Assert.Contains(carols.Events, e => e.GetProperty("type").GetString() == "conversation.left"));
    }

    [Fact]
    public async Task A_session_that_ends_closes_its_connections_and_no_others()
    {
        var alice = await Host.Person("alice");
        var other = await alice.AnotherDevice();
        await using var phone = await LiveClient.Subscribed(alice);
        await using var laptop = await LiveClient.Subscribed(other);

        await alice.Post("/v1/auth/logout", new { });

        await Eventually(() => Assert.Equal("realtime.session_ended", phone.ClosingCode));
        await Eventually(() => Assert.False(phone.MayReconnect));
        Assert.Null(LiveClient.Code(await laptop.Invoke("Inbox", null, 10)));
        Assert.Null(laptop.ClosingCode);
    }

    [Fact]
    public async Task Watchers_hear_of_coming_and_going()
    {
        var (alice, bob, _) = await Host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        var before = await alices.Invoke("Watch", new[] { bob.Id });

        await using (await LiveClient.Subscribed(bob))
            await Eventually(() => Assert.Equal([true], Presence(alices)));

        Assert.False(before.GetProperty("value")[0].GetProperty("online").GetBoolean());
        await Host.Time.Until(() => Assert.Equal([true, false], Presence(alices)));
    }

    [Fact]
    public async Task Whoever_shares_no_conversation_is_away_and_stays_away()
    {
        var (alice, bob, _) = await Host.Pair();
        var stranger = await Host.Person("stranger");
        await using var theirs = await LiveClient.Subscribed(stranger);
        await using var bobs = await LiveClient.Subscribed(bob);
        UserId[] asked = [alice.Id, bob.Id, UserId.From(Guid.NewGuid())];

        await Eventually(async () => Assert.True((await alice.Get<PresenceList>($"/v1/presence?users={bob.Id}")).Items[0].Online));
        Assert.Equal(asked.Select(user => new PresenceNotice(user, false)), (await stranger.Get<PresenceList>($"/v1/presence?users={string.Join(',', asked)}")).Items);
        var watched = await theirs.Invoke("Watch", asked);
        Assert.All(watched.GetProperty("value").EnumerateArray(), notice => Assert.False(notice.GetProperty("online").GetBoolean()));
        await using (await LiveClient.Subscribed(alice)) await Eventually(async () => Assert.True((await bob.Get<PresenceList>($"/v1/presence?users={alice.Id}")).Items[0].Online));

        Assert.Empty(Presence(theirs));
    }

    [Fact]
    public async Task Whoever_asks_for_what_is_not_there_leaves_no_grains_behind()
    {
        await using var host = await SocialHost.Start();
        var alice = await host.Person("alice");
        var management = host.Grains.GetGrain<IManagementGrain>(0);
        async Task<int> Activations() => (await management.GetSimpleGrainStatistics()).Where(one => one.GrainType.Contains("ConversationGrain", StringComparison.Ordinal) || one.GrainType.Contains("UserGrain", StringComparison.Ordinal)).Sum(one => one.ActivationCount);
        var before = await Activations();

        foreach (var _ in Enumerable.Range(0, 20))
        {
            var id = Guid.NewGuid();
            foreach (var path in (string[])[$"conversations/{id}", $"users/{id}", $"presence?users={id}"]) await alice.Http.GetAsync(new Uri($"/v1/{path}", UriKind.Relative));
        }

        await alice.Post("/v1/conversations", new { kind = "group", title = "of nobody", members = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()) });
        host.Time.Move(TimeSpan.FromSeconds(2));
        await Eventually(async () => Assert.InRange(await Activations(), 0, before));
    }

    private static IEnumerable<bool> Presence(LiveClient client)
        => client.Events.Where(e => e.GetProperty("type").GetString() == "presence").Select(e => e.GetProperty("data").GetProperty("online").GetBoolean());
}
