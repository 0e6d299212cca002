using System.Net;

namespace OrleansSocial.Chat;

/// <summary>Who may do what in a group, and what newcomers may read.</summary>
[Collection(SharedApplication.Name)]
public sealed class RoleTests(SharedHost shared)
{
    [Fact]
    public async Task An_admin_makes_another_who_may_then_do_the_same_and_take_it_back()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob, carol);
        await Person.Refused(await room.As(bob).TrySetRole(carol, "admin"), HttpStatusCode.Forbidden, "chat.not_an_admin");

        var view = await Person.Read<ConversationView>(await room.As(alice).TrySetRole(bob, "admin"));
        Assert.Equal([MemberRole.Admin, MemberRole.Admin, MemberRole.Member], view.Members.Select(m => m.Role));
        Assert.Equal(view.LastSeq, (await Person.Read<ConversationView>(await room.As(alice).TrySetRole(bob, "admin"))).LastSeq);
        await Person.Read<ConversationView>(await room.As(bob).TrySetRole(alice, "member"));

        await Person.Refused(await room.As(alice).TryRetitle("Mine"), HttpStatusCode.Forbidden, "chat.not_an_admin");
        Assert.Equal(["alice made bob an admin", "bob made alice a member"], (await room.As(carol).History(alice, bob, carol)).TakeLast(2));
    }

    [Fact]
    public async Task A_group_keeps_an_admin_whatever_is_tried_at_once()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob, carol);
        await Person.Refused(await room.As(alice).TrySetRole(alice, "member"), HttpStatusCode.Conflict, "chat.last_admin");
        await Person.Read<ConversationView>(await room.As(alice).TrySetRole(bob, "admin"));

        var answers = await Task.WhenAll(
            room.As(alice).TrySetRole(alice, "member"), room.As(bob).TrySetRole(bob, "member"),
            room.As(alice).TrySetRole(bob, "member"), room.As(bob).TrySetRole(alice, "member"));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Single((await room.As(carol).View()).Members, m => m.Role == MemberRole.Admin);
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("")]
    [InlineData("1")]
    public async Task A_role_that_is_none_is_refused(string role)
    {
        var (alice, bob, _) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        await Person.Refused(await room.As(alice).TrySetRole(bob, role), HttpStatusCode.BadRequest, "request.malformed");
    }

    [Fact]
    public async Task Who_is_not_in_the_group_gets_no_role_there()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        await Person.Refused(await room.As(alice).TrySetRole(carol, "admin"), HttpStatusCode.NotFound, "chat.not_a_member");
        await room.As(alice).TryRemove(bob);
        await Person.Refused(await room.As(alice).TrySetRole(bob, "admin"), HttpStatusCode.NotFound, "chat.not_a_member");
    }

    [Fact]
    public async Task An_admin_who_was_removed_and_comes_back_is_an_ordinary_member()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await room.As(alice).TrySetRole(bob, "admin");

        await room.As(alice).TryRemove(bob);
        await room.As(alice).TryInvite(bob);

        Assert.Equal(MemberRole.Member, (await room.As(bob).View()).Members.Single(m => m.User == bob.Id).Role);
    }

    [Fact]
    public async Task Newcomers_read_everything_or_only_from_their_joining_on_as_the_group_has_chosen()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await room.As(alice).Send("secret");
        await Person.Read<ConversationView>(await room.As(alice).TryChange(new { history = "sinceJoining" }));
        await room.As(alice).Send("secret too");

        await room.As(alice).TryInvite(carol);
        await room.As(alice).Send("welcome");

        Assert.Equal(["alice added carol", "alice: welcome"], await room.As(carol).History(alice, bob, carol));
        Assert.False((await room.As(carol).Page("?limit=1&before=6")).HasBefore);
        Assert.Equal(HistoryChoice.SinceJoining, (await room.As(carol).View()).History);
        await Person.Refused(await carol.Send(HttpMethod.Get, $"{room.Path}/messages/3"), HttpStatusCode.NotFound, "chat.message_not_found");
        await Person.Refused(await carol.Send(HttpMethod.Put, $"/v1/bookmarks/{room}/3"), HttpStatusCode.NotFound, "bookmarks.message_not_found");
        await Person.Read<ConversationView>(await room.As(alice).TryChange(new { history = "everything" }));
        Assert.Equal(3, (await room.As(carol).Page("?limit=100")).Entries.Count);
        Assert.Contains("alice: secret", await room.As(bob).History(alice, bob, carol));
    }

    [Fact]
    public async Task Who_comes_back_does_not_read_what_was_said_while_they_were_away_where_the_group_has_chosen_so()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var group = await alice.Post<ConversationView>("/v1/conversations", new { kind = "group", title = "Trip", members = new[] { bob.Id }, history = "sinceJoining" });
        var room = new Room(group.Id);
        await room.As(alice).Send("for all");
        Assert.Contains("alice: for all", await room.As(bob).History(alice, bob));

        await room.As(alice).TryRemove(bob);
        await room.As(alice).Send("not for bob");
        await room.As(alice).TryInvite(bob);

        Assert.Equal(["alice added bob"], await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task What_is_changed_of_an_old_message_is_not_told_to_who_may_not_read_it()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        var old = await room.As(alice).Send("old secret");
        await room.As(alice).TryChange(new { history = "sinceJoining" });
        await room.As(alice).TryInvite(carol);
        await using var bobs = await LiveClient.Subscribed(bob);
        await using var carols = await LiveClient.Subscribed(carol);

        await room.As(alice).TryEdit(old.Seq, "changed secret");
        await room.As(alice).Send("end");

        await Eventually(() => Assert.Contains("end", carols.Texts));
        await Eventually(() => Assert.Contains(bobs.Events, e => e.GetProperty("type").GetString() == "message.changed"));
        Assert.DoesNotContain(carols.Events, e => e.GetProperty("type").GetString() == "message.changed");
        await Person.Refused(await room.As(carol).TryMarkRead(99), HttpStatusCode.NotFound, "chat.message_not_found");
    }

    [Fact]
    public async Task A_change_of_title_and_history_is_one_and_the_same_again_changes_nothing()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        var view = await Person.Read<ConversationView>(await room.As(alice).TryChange(new { title = "Hike", history = "sinceJoining" }));
        Assert.Equal(("Hike", HistoryChoice.SinceJoining, 4L), (view.Title, view.History, view.LastSeq));
        Assert.Equal(4, (await Person.Read<ConversationView>(await room.As(alice).TryChange(new { title = "Hike", history = "sinceJoining" }))).LastSeq);
        Assert.Equal(4, (await Person.Read<ConversationView>(await room.As(alice).TryChange(new { }))).LastSeq);
        Assert.Equal(["alice named it Hike", "alice closed the history"], (await room.As(bob).History(alice, bob)).TakeLast(2));
    }
}
