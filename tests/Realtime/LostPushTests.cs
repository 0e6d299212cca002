using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>Pushes are best effort; what is lost on the way is found again while the connection stays open.</summary>
public sealed class LostPushTests
{
    [Theory]
    [InlineData(Loss.Silent)]
    [InlineData(Loss.Unanswered)]
    [InlineData(Loss.AnswerOnly)]
    public async Task A_lost_push_is_repaired_and_no_position_runs_ahead_of_it(Loss loss)
    {
        var losses = new Losses();
        await using var host = await SocialHost.Start(configure: app => app.Services.AddSingleton<IOutgoingGrainCallFilter>(losses));
        var (alice, bob, room) = await host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);
        await alices.Send(room, "first");
        await Eventually(() => Assert.Contains("first", bobs.Texts));

        losses.Loss = loss;
        for (var i = 0; i < 5; i++) await alices.Send(room, $"lost {i}");
        await Eventually(() => Assert.True(losses.Count > 0, "something was lost"));
        losses.Loss = null;
        await alices.Send(room, "last");

        await host.Time.Until(() => Assert.Equal(["first", "lost 0", "lost 1", "lost 2", "lost 3", "lost 4", "last"], bobs.Texts));
        await AssertPositionsAreTrue(bob, bobs);
    }

    [Fact]
    public async Task A_changed_profile_whose_push_was_lost_is_heard_once_while_the_connection_stays_open()
    {
        var losses = new Losses();
        await using var host = await SocialHost.Start(configure: app => app.Services.AddSingleton<IOutgoingGrainCallFilter>(losses));
        var (alice, bob, _) = await host.Pair();
        await using var bobs = await LiveClient.Subscribed(bob);
        IEnumerable<string?> Names() => bobs.Events.Where(e => e.GetProperty("type").GetString() == "profile.changed").Select(e => e.GetProperty("data").GetProperty("displayName").GetString());

        losses.Loss = Loss.Silent;
        await alice.Send(HttpMethod.Patch, "/v1/me", new { displayName = "Al" });
        await Eventually(() => Assert.Contains(losses.Lost, parcel => parcel.Told.Any(told => told.Event.Type == "profile.changed")));
        losses.Loss = null;
        await host.Time.Until(() => Assert.Equal(["Al"], Names()));

        await alice.Send(HttpMethod.Patch, "/v1/me", new { displayName = "Ally" });
        await host.Time.Until(() => Assert.Equal(["Al", "Ally"], Names()));
        await AssertPositionsAreTrue(bob, bobs);
    }

    [Fact]
    public async Task Of_a_dead_silos_parcel_that_comes_late_nothing_is_heard_out_of_order_or_twice()
    {
        var losses = new Losses();
        await using var host = await SocialHost.Start(configure: app => app.Services.AddSingleton<IOutgoingGrainCallFilter>(losses));
        var (alices, bobs, room) = await host.LivePair();
        await using var one = alices;
        await using var other = bobs;
        await alices.Send(room, "1");
        await Eventually(() => Assert.Equal(["1"], bobs.Texts));

        losses.Loss = Loss.Silent;
        await alices.Send(room, "2");
        await alices.Send(room, "3");
        await Eventually(() => Assert.Equal(2, losses.Lost.SelectMany(parcel => parcel.Told).Count(told => told.Event.Data is MessageView)));
        losses.Loss = null;
        await alices.Send(room, "4");

        // Nobody moves the clock: the one that came early makes the node read at once.
        await Eventually(() => Assert.Equal(["1", "2", "3", "4"], bobs.Texts));
        foreach (var parcel in losses.Lost) await host.Services.GetRequiredService<LivePeople>().Hear(parcel);
        await alices.Send(room, "5");
        await Eventually(() => Assert.Equal(["1", "2", "3", "4", "5"], bobs.Texts));
    }

    [Fact]
    public async Task A_silo_that_has_forgotten_a_node_is_told_again_and_what_was_missed_is_read()
    {
        await using var host = await SocialHost.Start();
        var (alice, bob, room) = await host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var bobs = await LiveClient.Subscribed(bob);
        await alices.Send(room, "before");
        await Eventually(() => Assert.Contains("before", bobs.Texts));

        host.Services.GetRequiredService<Roster>().Expire(_ => true);
        await alices.Send(room, "between");

        await host.Time.Until(() => Assert.Contains("between", bobs.Texts));
        await alices.Send(room, "after");
        await host.Time.Until(() => Assert.Equal(["before", "between", "after"], bobs.Texts));
        await AssertPositionsAreTrue(bob, bobs);
    }

    // Whatever a position covers was heard before it: reading from it brings back everything that is not.
    private static async Task AssertPositionsAreTrue(Person person, LiveClient client)
    {
        await person.Host.Time.Until(() => Assert.NotEmpty(client.Positions));
        var heard = client.Heard.ToList();
        var changes = person.Host.Grains.GetGrain<IChangesGrain>(0);
        for (var i = 0; i < heard.Count; i++)
        {
            if (heard[i].Target != "position") continue;
            var before = heard.Take(i).Where(h => h.Target == "event").Select(h => Key(h.Argument)).ToHashSet();
            var after = (await changes.Read(person.Id, heard[i].Argument.GetString(), 500)).Value.Events.Select(e => $"{e.Type} {e.Topic} {e.Seq}").ToHashSet();
            var all = heard.Where(h => h.Target == "event" && h.Argument.TryGetProperty("seq", out _)).Select(h => Key(h.Argument)).Distinct();
            Assert.All(all, key => Assert.True(before.Contains(key) || after.Contains(key), $"{key} is lost at position {i}"));
        }
    }

    private static string Key(JsonElement e)
        => $"{e.GetProperty("type")} {(e.TryGetProperty("topic", out var topic) ? topic : "")} {(e.TryGetProperty("seq", out var seq) ? seq : "")}";

    /// <summary>What becomes of a parcel.</summary>
    public enum Loss
    {
        /// <summary>It does not come, and nobody hears of that.</summary>
        Silent,

        /// <summary>It does not come, and is not answered.</summary>
        Unanswered,

        /// <summary>It comes, and its answer does not.</summary>
        AnswerOnly,
    }

    /// <summary>Drops parcels on their way.</summary>
    private sealed class Losses : IOutgoingGrainCallFilter
    {
        private int _count;

        public Loss? Loss { get; set; }

        public int Count => Volatile.Read(ref _count);

        public ConcurrentQueue<LiveParcel> Lost { get; } = [];

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            var loss = context.MethodName == nameof(INodeEar.Hear) ? Loss : null;
            if (loss is not null)
            {
                Interlocked.Increment(ref _count);
                Lost.Enqueue((LiveParcel)context.Request.GetArgument(0)!);
            }

            if (loss is null or LostPushTests.Loss.AnswerOnly) await context.Invoke();
            if (loss is LostPushTests.Loss.Unanswered or LostPushTests.Loss.AnswerOnly) throw new TimeoutException("Lost.");
        }
    }
}
