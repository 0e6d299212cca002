using System.Net;

namespace OrleansSocial.Chat;

[Collection(SharedApplication.Name)]
public sealed class ConversationTests(SharedHost shared)
{
    [Theory]
    [InlineData("", 1)]
    [InlineData("ours", 1)]
    [InlineData(null, 2)]
    public async Task What_no_pair_can_be_is_refused_before_it_exists_and_afterwards(string? title, int times)
    {
        var (alice, bob) = (await shared.Host.Person("alice"), await shared.Host.Person("bob"));
        var body = new { kind = "direct", title, members = Enumerable.Repeat(bob.Id, times) };
        var code = title is null ? "chat.members_count" : "chat.title_length";

        await Person.Refused(await alice.Post("/v1/conversations", body), HttpStatusCode.UnprocessableEntity, code);
        await alice.Pair(bob);
        await Person.Refused(await alice.Post("/v1/conversations", body), HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task Nobody_is_put_into_more_conversations_than_one_may_be_in()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Chat:ConversationsMax"] = "10");
        var (alice, bob, carol) = await host.Three();
        var rooms = new List<Room>();
        for (var i = 0; i < 10; i++) rooms.Add(await alice.Group($"room {i}", bob));

        await Person.Refused(await carol.Post("/v1/conversations", new { kind = "direct", members = new[] { bob.Id } }), HttpStatusCode.Conflict, "chat.too_many_conversations");
        await Person.Refused(await alice.Post("/v1/conversations", new { kind = "group", title = "One more", members = new[] { carol.Id } }), HttpStatusCode.Conflict, "chat.too_many_conversations");
        var hers = await carol.Group("Hers");
        await Person.Refused(await hers.As(carol).TryInvite(bob), HttpStatusCode.Conflict, "chat.too_many_conversations");
        await rooms[3].As(bob).TryRemove(bob);

        Assert.True((await hers.As(carol).TryInvite(bob)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Nobody_can_work_out_the_id_of_a_conversation_and_those_that_were_begun_before_keep_theirs()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        static ConversationId Unkeyed(Person one, Person other) => string.CompareOrdinal(one.Id.ToString(), other.Id.ToString()) < 0
            ? ConversationIds.Unkeyed("direct", one.Id, other.Id.ToString()) : ConversationIds.Unkeyed("direct", other.Id, one.Id.ToString());

        var fresh = await alice.Pair(bob);
        var before = (await shared.Host.Grains.GetGrain<IConversationGrain>(Unkeyed(alice, carol)).Create(new(alice.Id, ConversationKind.Direct, null, [carol.Id]))).Value.Value;

        Assert.NotEqual(Unkeyed(alice, bob), fresh.Id);
        Assert.Equal(fresh.Id, (await bob.Pair(alice)).Id);
        Assert.Equal(before.Id, (await carol.Pair(alice)).Id);
    }

    [Fact]
    public async Task Two_people_have_one_conversation_whoever_begins_it()
    {
        var (alice, bob, _) = await shared.Host.Three();

        var rooms = await Task.WhenAll(alice.Pair(bob), bob.Pair(alice), alice.Pair(bob), bob.Pair(alice));

        Assert.Single(rooms.Select(r => r.Id).Distinct());
        var view = await rooms[0].As(bob).View();
        Assert.Equal((ConversationKind.Direct, 0L, null), (view.Kind, view.LastSeq, view.Title));
        Assert.Equal(new HashSet<UserId> { alice.Id, bob.Id }, view.Members.Select(m => m.User).ToHashSet());
    }

    [Fact]
    public async Task Whoever_begins_what_is_there_is_led_to_it()
    {
        var (alice, bob, _) = await shared.Host.Three();
        Task<HttpResponseMessage> Pair(Person by, Person other) => by.Post("/v1/conversations", new { kind = "direct", members = new[] { other.Id } });
        Task<HttpResponseMessage> Group() => alice.Send(HttpMethod.Post, "/v1/conversations", new { kind = "group", title = "Trip", members = new[] { bob.Id } }, "trip");

        var pairs = await Task.WhenAll(Pair(alice, bob), Pair(bob, alice), Pair(alice, bob));
        var groups = new[] { await Group(), await Group() };

        foreach (var answers in (HttpResponseMessage[][])[pairs, groups])
        {
            var made = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
            var found = answers.Where(answer => answer != made).ToList();
            var room = await Person.Read<ConversationView>(made);
            Assert.Equal($"/v1/conversations/{room.Id}", made.Headers.Location?.ToString());
            Assert.Null(made.Content.Headers.ContentLocation);
            foreach (var answer in found)
                Assert.Equal((HttpStatusCode.OK, made.Headers.Location, made.Headers.Location, room.Id), (answer.StatusCode, answer.Headers.Location, answer.Content.Headers.ContentLocation, (await Person.Read<ConversationView>(answer)).Id));
            Assert.Equal(room.Id, (await bob.Get<ConversationView>(made.Headers.Location!.ToString())).Id);
        }
    }

    [Fact]
    public async Task The_same_idempotency_key_begins_one_group()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        Task<HttpResponseMessage> Begin(Person by, string title) =>
            by.Send(HttpMethod.Post, "/v1/conversations", new { kind = "group", title, members = new[] { carol.Id } }, "trip");

        var first = await Person.Read<ConversationView>(await Begin(alice, "Trip"));
        var again = await Person.Read<ConversationView>(await Begin(alice, "Trip"));
        var bobs = await Person.Read<ConversationView>(await Begin(bob, "Trip"));

        Assert.Equal(first.Id, again.Id);
        Assert.NotEqual(first.Id, bobs.Id);
        await Person.Refused(await Begin(alice, "Another trip"), HttpStatusCode.Conflict, "request.key_reused");

        await Person.Read<ConversationView>(await new Room(first.Id).As(alice).TryRetitle("Renamed"));
        Assert.Equal("Renamed", (await Person.Read<ConversationView>(await Begin(alice, "Trip"))).Title);
    }

    [Fact]
    public async Task A_title_is_kept_as_one_line_and_the_same_in_other_blanks_is_no_change()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var room = await alice.Group(" Trip \u00a0 to  Rome ", bob);

        Assert.Equal("Trip to Rome", (await room.As(bob).View()).Title);
        Assert.Equal(2, (await Person.Read<ConversationView>(await room.As(alice).TryRetitle("Trip  to Rome\u3000"))).LastSeq);
        foreach (var title in (string[])["a\nb", "a\u2028b", "a\tb", "\u202eb", "a\u200bb"])
        {
            await Person.Refused(await room.As(alice).TryRetitle(title), HttpStatusCode.UnprocessableEntity, "request.label");
            await Person.Refused(await alice.Post("/v1/conversations", new { kind = "group", title, members = new[] { bob.Id } }), HttpStatusCode.UnprocessableEntity, "request.label");
        }

        await Person.Refused(await room.As(alice).TrySend("\u3164"), HttpStatusCode.UnprocessableEntity, "chat.text_empty");
        Assert.Equal(2, (await room.As(bob).View()).LastSeq);
    }

    [Fact]
    public async Task A_group_records_who_joined_left_and_named_it_among_the_messages()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        await room.As(alice).Send("hello");
        await Person.Read<ConversationView>(await room.As(alice).TryInvite(carol));
        await Person.Read<ConversationView>(await room.As(alice).TryRetitle("Holiday"));
        await room.As(carol).Send("thanks");
        Assert.Equal(HttpStatusCode.NoContent, (await room.As(alice).TryRemove(bob)).StatusCode);

        Assert.Equal(
            ["alice added alice", "alice added bob", "alice: hello", "alice added carol", "alice named it Holiday", "carol: thanks", "alice removed bob"],
            await room.As(carol).History(alice, bob, carol));
        var view = await room.As(carol).View();
        Assert.Equal(("Holiday", 7L), (view.Title, view.LastSeq));
        Assert.Equal([(alice.Id, MemberRole.Admin, 1L), (carol.Id, MemberRole.Member, 4L)], view.Members.Select(m => (m.User, m.Role, m.JoinedSeq)));
    }

    [Fact]
    public async Task Whoever_left_sees_nothing_more_and_may_come_back_when_they_are_asked()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        Assert.Equal(HttpStatusCode.NoContent, (await room.As(bob).TryRemove(bob)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await room.As(bob).TryRemove(bob)).StatusCode);

        await Person.Refused(await room.As(bob).TrySend("still here"), HttpStatusCode.NotFound, "chat.not_found");
        await Person.Refused(await room.As(bob).TryView(), HttpStatusCode.NotFound, "chat.not_found");
        Assert.Empty((await bob.Get<Page<ConversationSummary>>("/v1/conversations")).Items);

        await Person.Read<ConversationView>(await room.As(alice).TryInvite(bob));
        await Person.Refused(await room.As(bob).TrySend("not yet"), HttpStatusCode.NotFound, "chat.not_found");
        await Person.Read<ConversationView>(await bob.Send(HttpMethod.Post, $"/v1/invitations/{room}/accept"));
        await room.As(bob).Send("back");
        Assert.Equal(
            ["alice added alice", "alice added bob", "bob removed bob", "bob added bob", "bob: back"], await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task When_the_last_admin_leaves_the_longest_member_becomes_admin_for_good()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob, carol);

        await room.As(alice).TryRemove(alice);

        Assert.Equal([(bob.Id, MemberRole.Admin), (carol.Id, MemberRole.Member)], (await room.As(bob).View()).Members.Select(m => (m.User, m.Role)));
        await Person.Refused(await room.As(carol).TryRetitle("Mine"), HttpStatusCode.Forbidden, "chat.not_an_admin");
        await Person.Read<ConversationView>(await room.As(bob).TryRetitle("Bob's"));
        await room.As(bob).TryRemove(carol);
        await room.As(bob).TryRemove(bob);
        await Person.Refused(await room.As(bob).TryView(), HttpStatusCode.NotFound, "chat.not_found");
    }

    [Fact]
    public async Task A_pair_stays_a_pair()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Pair(bob);

        await Person.Refused(await room.As(alice).TryInvite(carol), HttpStatusCode.Conflict, "chat.not_a_group");
        await Person.Refused(await room.As(alice).TryRemove(bob), HttpStatusCode.Conflict, "chat.not_a_group");
        await Person.Refused(await room.As(alice).TryRemove(alice), HttpStatusCode.Conflict, "chat.not_a_group");
        await Person.Refused(await room.As(alice).TryRetitle("ours"), HttpStatusCode.Conflict, "chat.not_a_group");
        await Person.Refused(await room.As(alice).TrySetRole(bob, "admin"), HttpStatusCode.Conflict, "chat.not_a_group");
        await Person.Refused(await room.As(alice).TryChange(new { history = "sinceJoining" }), HttpStatusCode.Conflict, "chat.not_a_group");
    }

    [Fact]
    public async Task A_stranger_cannot_tell_a_conversation_from_none()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        foreach (var room in (Room[])[await alice.Group("Trip", bob), new(ConversationId.From(Guid.NewGuid()))])
        {
            var seat = room.As(carol);
            foreach (var answer in (HttpResponseMessage[])
            [
                await seat.TryView(), await seat.TrySend("let me in"), await seat.TryEdit(1, "x"), await seat.TryDelete(1), await seat.TryMarkRead(1),
                await seat.TryInvite(carol), await seat.TryRemove(bob), await seat.TryRemove(carol), await seat.TryRetitle("mine"), await seat.TrySetRole(carol, "admin"),
                await carol.Http.GetAsync(new Uri($"{room.Path}/messages", UriKind.Relative)),
            ])
            {
                await Person.Refused(answer, HttpStatusCode.NotFound, "chat.not_found");
            }
        }
    }

    [Fact]
    public async Task Nobody_is_added_who_does_not_exist()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var ghost = Guid.NewGuid();
        var room = await alice.Group("Trip", bob);

        await Person.Refused(
            await alice.Post("/v1/conversations", new { kind = "direct", members = new[] { ghost } }), HttpStatusCode.UnprocessableEntity, "chat.unknown_user");
        await Person.Refused(
            await alice.Post("/v1/conversations", new { kind = "group", title = "Trip", members = new[] { bob.Id.Value, ghost } }),
            HttpStatusCode.UnprocessableEntity,
            "chat.unknown_user");
        await Person.Refused(
            await alice.Post($"{room.Path}/members", new { users = new[] { ghost } }), HttpStatusCode.UnprocessableEntity, "chat.unknown_user");
        Assert.Equal(2, (await room.As(alice).View()).LastSeq);
    }

    [Fact]
    public async Task People_who_are_added_while_others_write_get_numbers_among_the_messages()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 40).Select(i => room.As(bob).Send($"text {i}"))),
            room.As(alice).TryInvite(carol),
            room.As(alice).TryRetitle("Holiday"));

        var entries = (await room.As(carol).Page("?limit=100")).Entries;
        Assert.Equal(Enumerable.Range(1, 44).Select(i => (long)i), entries.Select(e => e.Seq));
        Assert.Single(entries, e => e.Kind == EntryKind.Titled);
        Assert.Equal(entries.Single(e => e.Subject == carol.Id).Seq, (await room.As(carol).View()).Members.Single(m => m.User == carol.Id).JoinedSeq);
    }
}
