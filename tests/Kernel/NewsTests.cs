using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Driver;
using OrleansSocial.Identity;
using OrleansSocial.Realtime;

namespace OrleansSocial.Kernel;

/// <summary>What changes in the cluster reaches every node at once; what is lost on the way is asked for.</summary>
public sealed class NewsTests(ITestOutputHelper output)
{
    private const int Sessions = 5;
    private static readonly TimeSpan s_stopMax = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task A_session_that_ends_on_one_silo_is_refused_on_another_at_once()
    {
        await using var one = await SocialHost.Start(configure: AsksHourly);
        await using var other = await SocialHost.Start(one.ConnectionString, AsksHourly);

        await Refused(one, other);

    }

    [Fact]
    public async Task When_every_word_of_it_is_lost_a_session_that_ended_is_refused_all_the_same()
    {
        await using var one = await SocialHost.Start(configure: LosesWords);
        await using var other = await SocialHost.Start(one.ConnectionString, LosesWords);

        await Refused(one, other);

    }

    [Fact]
    public async Task Every_node_knows_a_new_key_before_it_meets_a_token_of_it()
    {
        await using var one = await SocialHost.Start();
        await using var other = await SocialHost.Start(one.ConnectionString);
        var ring = one.Grains.GetGrain<IKeyRingGrain>(0);

        await ring.Rotate();

        var newest = (await ring.Keys()).Keys[0].KeyId;
        foreach (var node in new[] { one, other })
            await Eventually(() => Assert.NotNull(node.Services.GetRequiredService<VerificationKeys>().Known.Find(newest, TimeProvider.System.GetUtcNow())));
    }

    [Fact]
    public async Task Connections_are_compared_anew_when_a_silo_joins_and_when_it_leaves_and_nobody_asks_in_between()
    {
        var calls = new Calls();
        await using var host = await SocialHost.Start(configure: calls.Join);
        var (alices, bobs, room) = await host.LivePair();
        await using var first = alices;
        await using var second = bobs;

        var before = calls.Compared;
        await using (var joins = await SocialHost.Start(host.ConnectionString, app => app.Configuration["Social:Node:Roles"] = "silo"))
        {
            await Eventually(() => Assert.True(calls.Compared >= before + 2, "what both may have missed is read"));
            await alices.Send(room, "joined");
            await Eventually(() => Assert.Contains("joined", bobs.Texts));
            before = calls.Compared;
        }

        await Eventually(() => Assert.True(calls.Compared >= before + 2, "what both may have missed is read"));
        await alices.Send(room, "left");
        await Eventually(() => Assert.Contains("left", bobs.Texts));
        Assert.Equal(["joined", "left"], bobs.Texts.Distinct());
        Assert.All(calls.Answers, answer => Assert.True(answer.IsNews || answer.Took > TimeSpan.FromSeconds(10), $"answered without news after {answer.Took}"));
    }

    [Fact]
    public async Task A_node_that_loses_a_way_into_the_cluster_takes_it_for_news_of_everything()
    {
        var calls = new Calls();
        await using var host = await SocialHost.Start(configure: calls.Join);
        var (alices, bobs, _) = await host.LivePair();
        await using var first = alices;
        await using var second = bobs;
        var (before, asked) = (calls.Compared, calls.Answers.Count);

        foreach (var observer in host.Services.GetServices<IClusterConnectionStatusObserver>()) observer.NotifyGatewayCountChanged(1, 2, connectionRecovered: false);

        await Eventually(() => Assert.True(calls.Compared >= before + 2, "what both may have missed is read"));
        Assert.True(calls.Answers.Count > asked, "it has asked anew");
    }

    [Fact]
    public async Task A_node_without_grains_hears_it_too_and_asks_another_silo_when_its_own_stops()
    {
        await using var stays = await SocialHost.Start(configure: AsksHourlyBehindGateway);
        await using var stops = await SocialHost.Start(stays.ConnectionString, AsksHourlyBehindGateway);
        await using var node = await SocialHost.Start(stays.ConnectionString, app =>
        {
            AsksHourly(app);
            app.Configuration["Social:Node:Roles"] = "api";
        });
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        await Refused(stays, node);
        var (alices, bobs, room) = await node.LivePair();
        await using var first = alices;
        await using var second = bobs;

        var began = TimeProvider.System.GetTimestamp();
        await stops.Stop();

        Assert.True(TimeProvider.System.GetElapsedTime(began) < s_stopMax, "whoever waits for news does not hold up the end");
        await alices.Send(room, "after");
        await Eventually(() => Assert.Contains("after", bobs.Texts));
        await Refused(stays, node);
    }

    /// <summary>Ends sessions at one node until each is refused at the other, and prints how long that took: the words alone bring it
    /// about where nobody asks within the hour, and the asking alone where every word is lost.</summary>
    private async Task Refused(SocialHost ends, SocialHost refuses)
    {
        var clock = TimeProvider.System;
        var alice = await ends.Person("alice");
        var times = new List<TimeSpan>();
        for (var i = 0; i < Sessions; i++)
        {
            var device = await alice.AnotherDevice();
            var there = device.At(refuses);
            await using var live = await LiveClient.Subscribed(there);
            await Person.Read<JsonElement>(await there.Http.GetAsync(new Uri("/v1/me", UriKind.Relative)));

            Assert.Equal(HttpStatusCode.NoContent, (await device.Post("/v1/auth/logout", new { })).StatusCode);

            var ended = clock.GetTimestamp();
            await Eventually(async () => Assert.Equal(HttpStatusCode.Unauthorized, (await there.Http.GetAsync(new Uri("/v1/me", UriKind.Relative))).StatusCode));
            times.Add(clock.GetElapsedTime(ended));
            await Eventually(() => Assert.Equal(RealtimeRefusals.SessionEnded.Code, live.ClosingCode));
        }

        output.WriteLine($"refused after {string.Join(", ", times.Select(time => $"{time.TotalMilliseconds:0} ms"))}");
    }

    private static void AsksHourly(WebApplicationBuilder app) => app.Services.AddSingleton(new RepairPace(TimeSpan.FromHours(1)));

    private static void AsksHourlyBehindGateway(WebApplicationBuilder app)
    {
        AsksHourly(app);
        app.Configuration["Social:Node:GatewayPort"] = $"{FreePort.Find()}";
    }

    private static void LosesWords(WebApplicationBuilder app) => app.Services.AddSingleton<IIncomingGrainCallFilter, Losses>();

    /// <summary>Loses what silos tell each other.</summary>
    private sealed class Losses : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) =>
            context.Grain is INewsService && context.MethodName == nameof(INewsService.Tell) ? Task.CompletedTask : context.Invoke();
    }

    private sealed record Answer(bool IsNews, TimeSpan Took);

    /// <summary>Counts what a node asks of grains. No lease is renewed within the test but for a reason.</summary>
    private sealed class Calls : IOutgoingGrainCallFilter
    {
        private int _compared;

        public int Compared => Volatile.Read(ref _compared);

        public ConcurrentQueue<Answer> Answers { get; } = [];

        public void Join(WebApplicationBuilder app)
        {
            app.Configuration["Social:Live:RenewSeconds"] = "60";
            app.Configuration["Social:Realtime:LeaseSeconds"] = "600";
            app.Services.AddSingleton<IOutgoingGrainCallFilter>(this);
        }

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            var began = TimeProvider.System.GetTimestamp();
            await context.Invoke();
            if (context.MethodName == nameof(IChangesGrain.Unpushed)) Interlocked.Increment(ref _compared);
            if (context.MethodName == nameof(INewsGrain.After))
                Answers.Enqueue(new(!Equals(context.Request.GetArgument(0), context.Result), TimeProvider.System.GetElapsedTime(began)));
        }
    }
}
