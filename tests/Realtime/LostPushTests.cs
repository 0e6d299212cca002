using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Realtime;

/// <summary>Pushes are best effort; what is lost on the way is found again while the connection stays open.</summary>
public sealed class LostPushTests
{
    [Theory]
    [InlineData(nameof(IUserStreamGrain.Deliver))]
    [InlineData(nameof(IConnectionObserver.Push))]
    [InlineData(nameof(IConnectionObserver.Position))]
    public async Task A_lost_push_is_repaired_and_no_position_runs_ahead_of_it(string lost)
    {
        var losses = new Losses();
        await using var host = await SocialHost.Start(configure: app => Lossy(app, losses));
        var (alice, bob, room) = await host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);
        await alices.Send(room, "first");
        await Eventually(() => Assert.Contains("first", bobs.Texts));

        losses.Lose = lost;
        for (var i = 0; i < 5; i++) await alices.Send(room, $"lost {i}");
        await Eventually(() => Assert.True(losses.Count > 0, "something was lost"));
        losses.Lose = null;
        await alices.Send(room, "last");

        await host.Time.Until(() => Assert.Equal(["first", "lost 0", "lost 1", "lost 2", "lost 3", "lost 4", "last"], bobs.Texts.Distinct().OrderBy(t => t == "first" ? 0 : t == "last" ? 2 : 1).ThenBy(t => t)));
        await AssertPositionsAreTrue(bob, bobs);
    }

    [Fact]
    public async Task A_grain_that_was_deactivated_gets_its_connections_back_and_what_was_missed_is_read()
    {
        await using var host = await SocialHost.Start(configure: app =>
        {
            app.Services.AddSingleton<IIncomingGrainCallFilter, EndsWhenAsked>();
        });
        var (alice, bob, room) = await host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);
        await alices.Send(room, "before");
        await Eventually(() => Assert.Contains("before", bobs.Texts));

        await host.Grains.GetGrain<IUserStreamGrain>(bob.Id).IsOnline();
        await alices.Send(room, "between");

        await host.Time.Until(() => Assert.Contains("between", bobs.Texts));
        await alices.Send(room, "after");
        await host.Time.Until(() => Assert.Contains("after", bobs.Texts));
        await AssertPositionsAreTrue(bob, bobs);
    }

    // Whatever a position covers was heard before it: reading from it brings back everything that is not.
    private static async Task AssertPositionsAreTrue(Person person, LiveClient client)
    {
        await person.Host.Time.Until(() => Assert.NotEmpty(client.Positions));
        var heard = client.Heard.ToList();
        var stream = person.Host.Grains.GetGrain<IUserStreamGrain>(person.Id);
        for (var i = 0; i < heard.Count; i++)
        {
            if (heard[i].Target != "position") continue;
            var before = heard.Take(i).Where(h => h.Target == "event").Select(h => Key(h.Argument)).ToHashSet();
            var after = (await stream.Read(heard[i].Argument.GetString(), 500)).Value.Events.Select(e => $"{e.Type} {e.Topic} {e.Seq}").ToHashSet();
            var all = heard.Where(h => h.Target == "event" && h.Argument.TryGetProperty("seq", out _)).Select(h => Key(h.Argument)).Distinct();
            Assert.All(all, key => Assert.True(before.Contains(key) || after.Contains(key), $"{key} is lost at position {i}"));
        }
    }

    private static string Key(JsonElement e)
        => $"{e.GetProperty("type")} {(e.TryGetProperty("topic", out var topic) ? topic : "")} {(e.TryGetProperty("seq", out var seq) ? seq : "")}";

    private static void Lossy(WebApplicationBuilder app, Losses losses)
    {
        app.Services.AddSingleton<IIncomingGrainCallFilter>(losses);
        app.Services.AddSingleton<IOutgoingGrainCallFilter>(losses);
    }

    /// <summary>Deactivates a person's grain after it was asked whether they are online.</summary>
    private sealed class EndsWhenAsked : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            await context.Invoke();
            if (context.MethodName == nameof(IUserStreamGrain.IsOnline)) ((IGrainBase)context.Grain).DeactivateOnIdle();
        }
    }

    /// <summary>Drops calls of one method on their way.</summary>
    private sealed class Losses : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
    {
        private int _count;

        public volatile string? Lose;

        public int Count => Volatile.Read(ref _count);

        public Task Invoke(IIncomingGrainCallContext context) => IsLost(context.MethodName, incoming: true) ? Task.CompletedTask : context.Invoke();

        public Task Invoke(IOutgoingGrainCallContext context) => IsLost(context.MethodName, incoming: false) ? Task.CompletedTask : context.Invoke();

        private bool IsLost(string method, bool incoming)
        {
            if (method != Lose || incoming != (method == nameof(IUserStreamGrain.Deliver))) return false;
            Interlocked.Increment(ref _count);
            return true;
        }
    }
}
