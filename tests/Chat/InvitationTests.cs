using System.Net;
using System.Text.Json;

namespace OrleansSocial.Chat;

/// <summary>Nobody is in a group against their will.</summary>
[Collection(SharedApplication.Name)]
public sealed class InvitationTests(SharedHost shared)
{
    [Fact]
    public async Task Who_wants_to_be_asked_is_invited_and_joins_when_they_accept()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        await Choose(bob, "asked");
        await using var bobs = await LiveClient.Subscribed(bob);

        var room = await alice.Group("Trip", bob, carol);

        Assert.Equal([alice.Id, carol.Id], (await room.As(alice).View()).Members.Select(m => m.User));
        var invitation = Assert.Single((await List(bob)).Items);
        Assert.Equal((room.Id, "Trip", 2, alice.Id), (invitation.Conversation, invitation.Title, invitation.MemberCount, invitation.By));
        await Eventually(() => Assert.Single(bobs.Events, e => Told(e, "invitation.made", room)));
        Assert.Equal(bob.Id, Assert.Single((await alice.Get<InvitedList>($"{room.Path}/invitations")).Items).User);
        await Person.Refused(await room.As(bob).TryView(), HttpStatusCode.NotFound, "chat.not_found");

        var view = await Person.Read<ConversationView>(await Accept(bob, room));
        Assert.Contains(view.Members, m => m.User == bob.Id);
        Assert.Equal(view.LastSeq, (await Person.Read<ConversationView>(await Accept(bob, room))).LastSeq);
        await Eventually(() => Assert.Single(bobs.Events, e => Told(e, "invitation.ended", room)));
        Assert.Empty((await List(bob)).Items);
        Assert.Equal("bob added bob", (await room.As(alice).History(alice, bob, carol)).Last());
    }

    [Fact]
    public async Task Who_declines_is_not_added_and_not_invited_again_for_a_while_and_nobody_is_told()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        await Choose(bob, "asked");
        var room = await alice.Group("Trip", bob, carol);

        Assert.Equal(HttpStatusCode.NoContent, (await Decline(bob, room)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Decline(bob, room)).StatusCode);
        await Choose(bob, "added");
        await Person.Read<ConversationView>(await room.As(alice).TryInvite(bob));

        Assert.Empty((await List(bob)).Items);
        Assert.DoesNotContain((await room.As(alice).View()).Members, m => m.User == bob.Id);
        await Person.Refused(await Accept(bob, room), HttpStatusCode.NotFound, "chat.not_invited");
        Assert.Equal(2, (await room.As(alice).View()).LastSeq);
    }

    [Fact]
    public async Task Who_left_by_themselves_is_asked_and_who_was_removed_is_added()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob, carol);
        await room.As(bob).TryRemove(bob);
        await room.As(alice).TryRemove(carol);

        await Person.Read<ConversationView>(await room.As(alice).TryInvite(bob, carol));

        Assert.Equal([alice.Id, carol.Id], (await room.As(alice).View()).Members.Select(m => m.User));
        Assert.Equal(room.Id, Assert.Single((await List(bob)).Items).Conversation);
    }

    [Fact]
    public async Task An_invitation_is_taken_back_by_an_admin_and_by_nobody_else()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        await Choose(bob, "asked");
        var room = await alice.Group("Trip", bob, carol);

        await Person.Refused(await Withdraw(carol, room, bob), HttpStatusCode.Forbidden, "chat.not_an_admin");
        await Person.Refused(await Withdraw(bob, room, bob), HttpStatusCode.NotFound, "chat.not_found");
        Assert.Equal(HttpStatusCode.NoContent, (await Withdraw(alice, room, bob)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Withdraw(alice, room, bob)).StatusCode);

        Assert.Empty((await List(bob)).Items);
        await Person.Refused(await Accept(bob, room), HttpStatusCode.NotFound, "chat.not_invited");
        await Person.Read<ConversationView>(await room.As(alice).TryInvite(bob));
        Assert.Single((await List(bob)).Items);
    }

    [Fact]
    public async Task Who_is_not_invited_cannot_tell_a_group_from_none()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        foreach (var room in (Room[])[await alice.Group("Trip", bob), new(ConversationId.From(Guid.NewGuid()))])
        {
            await Person.Refused(await Accept(carol, room), HttpStatusCode.NotFound, "chat.not_invited");
            Assert.Equal(HttpStatusCode.NoContent, (await Decline(carol, room)).StatusCode);
            await Person.Refused(await carol.Send(HttpMethod.Get, $"{room.Path}/invitations"), HttpStatusCode.NotFound, "chat.not_found");
        }
    }

    [Fact]
    public async Task Accepting_while_one_is_invited_again_ends_in_one_membership()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        await Choose(bob, "asked");
        var room = await alice.Group("Trip", bob, carol);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? Accept(bob, room) : room.As(alice).TryInvite(bob)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Single((await room.As(bob).View()).Members, m => m.User == bob.Id);
        Assert.Single((await room.As(alice).Page("?limit=100")).Entries, e => e.Subject == bob.Id);
        Assert.DoesNotContain((await List(bob)).Items, i => i.Conversation != room.Id);
    }

    [Fact]
    public async Task Nobody_has_more_invitations_than_one_may_have()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Chat:InvitationsMax"] = "2");
        var (alice, bob, carol) = await host.Three();
        await Choose(bob, "asked");
        foreach (var title in (string[])["One", "Two"]) await alice.Group(title, bob, carol);

        await Person.Refused(
            await alice.Post("/v1/conversations", new { kind = "group", title = "Three", members = new[] { bob.Id } }), HttpStatusCode.Conflict, "chat.too_many_invitations");
        await Decline(bob, new((await List(bob)).Items[0].Conversation));

        await alice.Group("Four", bob);
        Assert.Equal(["Four", "One"], (await List(bob)).Items.Select(i => i.Title));
    }

    [Fact]
    public async Task After_a_while_who_declined_may_be_invited_again_and_still_is_not_added()
    {
        await using var host = await SocialHost.Start();
        var (alice, bob, _) = await host.Three();
        await Choose(bob, "asked");
        var room = await alice.Group("Trip", bob);
        await Decline(bob, room);
        await Choose(bob, "added");

        host.Time.Move(TimeSpan.FromDays(31));
        var later = await alice.AnotherDevice();
        await Person.Read<ConversationView>(await room.As(later).TryInvite(bob));

        Assert.Equal(room.Id, Assert.Single((await List(await bob.AnotherDevice())).Items).Conversation);
    }

    [Fact]
    public async Task An_invitation_that_came_while_one_was_away_is_heard_from_the_cursor()
    {
        var (alice, bob, _) = await shared.Host.Three();
        await Choose(bob, "asked");
        string? cursor;
        await using (var before = await LiveClient.Connect(bob)) cursor = (await before.CatchUp(null))[^1].GetProperty("cursor").GetString();

        var room = await alice.Group("Trip", bob);

        await using var bobs = await LiveClient.Subscribed(bob, cursor);
        await Eventually(() => Assert.Single(bobs.Events, e => Told(e, "invitation.made", room)));
    }

    [Theory]
    [InlineData("never")]
    [InlineData("")]
    public async Task A_choice_that_is_none_is_refused(string joining)
    {
        var bob = await shared.Host.Person("bob");

        await Person.Refused(await bob.Send(HttpMethod.Put, "/v1/me/joining", new { joining }), HttpStatusCode.BadRequest, "request.malformed");
        Assert.Equal(GroupJoining.Added, (await bob.Get<JoiningChoice>("/v1/me/joining")).Joining);
    }

    private static async Task Choose(Person person, string joining) =>
        Assert.Equal(joining, $"{(await Person.Read<JoiningChoice>(await person.Send(HttpMethod.Put, "/v1/me/joining", new { joining }))).Joining}".ToLowerInvariant());

    private static Task<InvitationList> List(Person person) => person.Get<InvitationList>("/v1/invitations");

    private static Task<HttpResponseMessage> Accept(Person person, Room room) => person.Send(HttpMethod.Post, $"/v1/invitations/{room}/accept");

    private static Task<HttpResponseMessage> Decline(Person person, Room room) => person.Send(HttpMethod.Delete, $"/v1/invitations/{room}");

    private static Task<HttpResponseMessage> Withdraw(Person person, Room room, Person who) => person.Send(HttpMethod.Delete, $"{room.Path}/invitations/{who.Id}");

    private static bool Told(JsonElement happened, string type, Room room) =>
        happened.GetProperty("type").GetString() == type && happened.GetProperty("data").GetProperty("conversation").GetGuid() == room.Id.Value;
}
