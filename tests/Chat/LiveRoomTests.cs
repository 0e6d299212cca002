using System.Net;
using System.Text.Json;

namespace OrleansSocial.Chat;

/// <summary>What the members of a conversation hear of it live.</summary>
[Collection(SharedApplication.Name)]
public sealed class LiveRoomTests(SharedHost shared)
{
    [Fact]
    public async Task Whoever_is_added_hears_of_the_group_and_whoever_is_removed_hears_that_and_no_more()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await using var carols = await LiveClient.Subscribed(carol);

        await room.As(alice).TryInvite(carol);
        await room.As(alice).Send("hello");
        await room.As(alice).TryRemove(carol);
        await room.As(alice).Send("she is gone");
        var pair = await alice.Pair(carol);
        await pair.As(alice).Send("last");

        await Eventually(() => Assert.Contains("last", carols.Texts));
        var heard = carols.Events.Where(e => Conversation(e) == room.Id.Value).Select(Type).ToList();
        Assert.Equal(["conversation.joined", "message.created", "message.created", "conversation.left"], heard);
        Assert.DoesNotContain("she is gone", carols.Texts);
    }

    [Fact]
    public async Task Everyone_hears_each_entry_once_and_in_order_while_members_come_and_go()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await using var bobs = await LiveClient.Subscribed(bob);

        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 50).Select(i => room.As(alice).Send($"text {i}"))),
            room.As(alice).TryInvite(carol),
            room.As(alice).TryRetitle("Holiday"));

        await Eventually(() => Assert.Equal(52, bobs.Events.Count(e => Type(e) == "message.created")));
        Assert.Equal(
            Enumerable.Range(3, 52).Select(i => (long)i),
            bobs.Events.Where(e => Type(e) == "message.created").Select(e => e.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public async Task Hundreds_who_are_added_at_once_close_nobodys_connection()
    {
        var (alice, bob, _) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await using var bobs = await LiveClient.Subscribed(bob);
        var guests = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => shared.Host.Person("guest")));

        await Person.Read<ConversationView>(await room.As(alice).TryInvite(guests));

        await Eventually(() => Assert.Equal(300, bobs.Events.Count(e => Type(e) == "message.created")));
        Assert.False(bobs.Ended.IsCompleted);
    }

    [Fact]
    public async Task Typing_is_told_to_the_others_and_not_more_often_than_it_may_be()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);

        foreach (var person in (Person[])[alice, alice, alice, carol])
            Assert.Equal(HttpStatusCode.NoContent, (await person.Send(HttpMethod.Post, $"{room.Path}/typing")).StatusCode);
        await room.As(bob).Send("done");

        await Eventually(() => Assert.Contains("done", bobs.Texts));
        await Eventually(() => Assert.Contains("done", alices.Texts));
        Assert.Equal(alice.Id.Value, Assert.Single(bobs.Events, e => Type(e) == "typing").GetProperty("data").GetProperty("user").GetGuid());
        Assert.DoesNotContain(alices.Events, e => Type(e) == "typing");
    }

    private static string Type(JsonElement happened) => happened.GetProperty("type").GetString()!;

    private static Guid Conversation(JsonElement happened)
    {
        var data = happened.GetProperty("data");
        return data.TryGetProperty("conversation", out var id) || data.TryGetProperty("id", out id) ? id.GetGuid() : default;
    }
}
