using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Realtime;

namespace OrleansSocial.Users;

/// <summary>Who hears that a profile has changed.</summary>
[Collection(SharedApplication.Name)]
public sealed class ProfileLiveTests(SharedHost shared)
{
    [Fact]
    public async Task Ones_own_devices_and_whoever_shares_a_conversation_hear_of_a_changed_profile_at_once()
    {
        var (alice, bob, _) = await shared.Host.Pair();
        await using var phone = await LiveClient.Subscribed(alice);
        await using var laptop = await LiveClient.Subscribed(await alice.AnotherDevice());
        await using var bobs = await LiveClient.Subscribed(bob);

        var first = await Change(alice, new { displayName = "Al 🎉" });
        var second = await Change(alice, new { bio = "مرحبا" });

        foreach (var client in (LiveClient[])[phone, laptop, bobs]) await Eventually(() => Assert.Equal([first, second], Changes(client)));
        var heard = bobs.Events.Last(IsChange);
        Assert.Equal((alice.Id.Value, 1L, 3), (heard.GetProperty("topic").GetGuid(), heard.GetProperty("seq").GetInt64(), heard.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task A_change_that_changes_nothing_or_is_refused_tells_nothing()
    {
        var (alice, bob, _) = await shared.Host.Pair();
        await using var bobs = await LiveClient.Subscribed(bob);

        await Change(alice, new { displayName = "alice" });
        await alice.Send(HttpMethod.Patch, "/v1/me", new { displayName = "" });
        var changed = await Change(alice, new { displayName = "Al" });

        await Eventually(() => Assert.Equal([changed], Changes(bobs)));
    }

    [Fact]
    public async Task Whoever_was_away_finds_with_their_cursor_how_people_are_called_now()
    {
        var (alice, bob, _) = await shared.Host.Pair();
        var carol = await shared.Host.Person("carol");
        var cursors = new Dictionary<Person, string>();
        foreach (var person in (Person[])[alice, bob, carol]) cursors[person] = (await CatchUp(person)).Cursor;

        await Change(alice, new { displayName = "Al" });
        var changed = await Change(alice, new { displayName = "Ally" });

        foreach (var person in (Person[])[alice, bob]) Assert.Equal([changed], Changes(await CatchUp(person, cursors[person])));
        Assert.Empty(Changes(await CatchUp(carol, cursors[carol])));
    }

    [Fact]
    public async Task A_stranger_and_whoever_has_left_the_common_group_hear_nothing_live_or_later()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var dave = await shared.Host.Person("dave");
        var group = await alice.Group("ours", bob, carol);
        await using var bobs = await LiveClient.Subscribed(bob);
        await using var carols = await LiveClient.Subscribed(carol);
        await using var daves = await LiveClient.Subscribed(dave);
        var cursor = (await CatchUp(carol)).Cursor;
        Assert.True((await group.As(carol).TryRemove(carol)).IsSuccessStatusCode);

        var changed = await Change(alice, new { displayName = "Al" });
        await Eventually(() => Assert.Equal([changed], Changes(bobs)));

        // What comes later shows that nothing came before.
        var own = await Change(carol, new { displayName = "Car" });
        await Change(dave, new { displayName = "Dav" });
        await Eventually(() => Assert.Equal([own], Changes(carols)));
        await Eventually(() => Assert.Equal(["Dav"], Changes(daves).Select(profile => profile.DisplayName)));
        Assert.Equal([own], Changes(await CatchUp(carol, cursor)));
        Assert.Equal([changed], Changes(bobs));
    }

    [Fact]
    public async Task No_more_people_are_told_live_than_may_be_and_the_others_hear_it_from_their_cursor()
    {
        var calls = new Calls();
        await using var host = await SocialHost.Start(configure: app =>
        {
            app.Configuration["Social:Users:ToldPeopleMax"] = "1";
            app.Services.AddSingleton<IOutgoingGrainCallFilter>(calls);
        });
        var (alice, bob, carol) = await host.Three();
        await alice.Group("ours", bob, carol);
        var cursors = new[] { (await CatchUp(bob)).Cursor, (await CatchUp(carol)).Cursor };
        await using var bobs = await LiveClient.Subscribed(bob);
        await using var carols = await LiveClient.Subscribed(carol);
        await using var alices = await LiveClient.Subscribed(alice);

        var changed = await Change(alice, new { displayName = "Al" });

        await Eventually(() => Assert.Equal([changed], Changes(alices)));
        var live = Assert.Single(calls.People);
        Assert.Contains(alice.Id.Value, live);
        Assert.Equal(2, live.Count);
        Assert.Equal([changed], Changes(await CatchUp(bob, cursors[0])));
        Assert.Equal([changed], Changes(await CatchUp(carol, cursors[1])));
        await host.Time.Until(() => Assert.Equal([changed, changed], Changes(bobs).Concat(Changes(carols))));
    }

    [Fact]
    public async Task When_nobody_can_say_who_is_to_be_told_the_change_stands_and_is_found_with_the_cursor()
    {
        await using var host = await SocialHost.Start(configure: app => app.Services.AddSingleton<IOutgoingGrainCallFilter>(new Calls { LosesAcquaintances = true }));
        var (alice, bob, _) = await host.Pair();
        var cursor = (await CatchUp(bob)).Cursor;
        await using var alices = await LiveClient.Subscribed(alice);

        var changed = await Change(alice, new { displayName = "Al" });

        await Eventually(() => Assert.Equal([changed], Changes(alices)));
        Assert.Equal([changed], Changes(await CatchUp(bob, cursor)));
    }

    [Fact]
    public async Task Whoever_missed_more_changes_than_are_looked_at_is_told_to_read_profiles_again_and_no_reset()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Users:ReplayProfilesMax"] = "10");
        var (alice, bob, room) = await host.Pair();
        var cursor = (await CatchUp(bob)).Cursor;

        foreach (var i in Enumerable.Range(0, 11)) await Change(await host.Person($"p{i}"), new { displayName = $"P {i}" });
        await Change(alice, new { displayName = "Al" });
        await room.As(alice).Send("hello");

        var caught = await CatchUp(bob, cursor);
        Assert.False(caught.Reset);
        var stale = Assert.Single(caught.Events, happened => happened.Type.StartsWith("profile", StringComparison.Ordinal));
        Assert.Equal(("profiles.stale", "{}"), (stale.Type, stale.Data.GetRawText()));
        Assert.Contains(caught.Events, happened => happened.Data.TryGetProperty("text", out var text) && text.GetString() == "hello");
    }

    private static async Task<ProfileView> Change(Person person, object change) => await Person.Read<ProfileView>(await person.Send(HttpMethod.Patch, "/v1/me", change));

    private static Task<PolledPage> CatchUp(Person person, string? cursor = null) => person.Get<PolledPage>($"/v1/events{(cursor is null ? "" : $"?cursor={cursor}")}");

    private static bool IsChange(JsonElement happened) => happened.GetProperty("type").GetString() == UsersLive.ProfileChanged.Name;

    private static IEnumerable<ProfileView> Changes(LiveClient client) => client.Events.Where(IsChange).Select(happened => Profile(happened.GetProperty("data")));

    private static IEnumerable<ProfileView> Changes(PolledPage page) => page.Events.Where(happened => happened.Type == UsersLive.ProfileChanged.Name).Select(happened => Profile(happened.Data));

    private static ProfileView Profile(JsonElement data) => data.Deserialize<ProfileView>(SocialJson.Options)!;

    /// <summary>Keeps whom nodes are told of changed profiles, and loses the question whom somebody knows.</summary>
    private sealed class Calls : IOutgoingGrainCallFilter
    {
        public ConcurrentQueue<IReadOnlyList<Guid>> People { get; } = [];

        public bool LosesAcquaintances { get; init; }

        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (LosesAcquaintances && context.MethodName == nameof(IAcquaintancesGrain.Of)) throw new SiloUnavailableException("The call was lost.");
            if (context.MethodName == nameof(INodeEar.Hear))
            {
                foreach (var told in ((LiveParcel)context.Request.GetArgument(0)!).Told)
                    if (told.Event.Type == UsersLive.ProfileChanged.Name) People.Enqueue(told.Keys);
            }

            return context.Invoke();
        }
    }
}
