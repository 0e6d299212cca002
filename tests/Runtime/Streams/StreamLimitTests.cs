using Orleans.Conformance.Storage;
using Orleans.Streams;
using Orleans.TestingHost;

namespace Orleans.Conformance.Streams;

[Feature("Streams", "Limits of queues, ConfigurePartitioning, ConfigureStreamPubSub")]
public sealed class StreamLimitTests
{
    [Fact]
    public async Task A_queue_that_is_full_of_waiting_events_refuses_more_and_takes_them_again_when_they_are_heard()
    {
        var name = Signals.NewName();
        await using var cluster = await OneSilo.Start(silo => silo
            .AddMemoryGrainStorage("PubSubStore")
            .AddMemoryStreams("memory", streams => streams.ConfigurePartitioning(1)));
        var stream = cluster.Streams("memory").GetStream<string>("room", name);
        await cluster.Client.GetGrain<IListener>(name).Subscribe(stream.StreamId);
        await stream.OnNextAsync("hold");

        var sent = 0;
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            for (; sent < 20_000; sent++) await stream.OnNextAsync($"{sent}");
        });

        Assert.InRange(sent, 16_300, 16_384);
        Assert.Contains("not delivered yet", refused.Message, StringComparison.Ordinal);
        Signals.Set(name);
        await Wait.Eventually(() => stream.OnNextAsync("last"));
        await Wait.Eventually(() => Assert.Equal("last", Signals.Lines(name)[^1]));
        Assert.Equal(["hold", .. Enumerable.Range(0, sent).Select(i => $"{i}"), "last"], Signals.Lines(name));
    }

    [Fact]
    public async Task Without_a_storage_for_subscriptions_the_refusal_names_it()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddMemoryStreams("memory"));

        var refused = await Assert.ThrowsAnyAsync<Exception>(
            () => cluster.Client.GetGrain<IListener>(Signals.NewName()).Subscribe(StreamId.Create("room", "one")));

        Assert.Contains("PubSubStore", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_only_classes_subscribe_grains_are_refused_and_no_storage_is_needed()
    {
        var name = Signals.NewName();
        await using var cluster = await OneSilo.Start(silo => silo
            .AddMemoryStreams("memory", streams => streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly)));

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => cluster.Client.GetGrain<IListener>(name).Subscribe(StreamId.Create("room", name)));

        await cluster.Streams("memory").GetStream<string>("implicit", name).OnNextAsync("one");
        await Wait.Eventually(() => Assert.Equal(["text: one"], Signals.Lines(name)));
    }
}

/// <summary>Subscriptions last as long as the storage that keeps them.</summary>
[Collection(PostgresTests.Name)]
[Feature("Streams", "Durable subscriptions in the storage PubSubStore")]
public sealed class DurableSubscriptionTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_new_cluster_delivers_to_the_subscriptions_of_the_one_before()
    {
        var name = Signals.NewName();
        var room = StreamId.Create("room", name);
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = Signals.NewName();
        builder.ConfigureSilo((_, silo) => silo.AddMemoryStreams("memory").AddAdoNetGrainStorage("PubSubStore", o =>
        {
            o.Invariant = "Npgsql";
            o.ConnectionString = postgres.Shared;
        }));
        await using (var first = builder.Build())
        {
            await first.DeployAsync();
            await first.Client.GetGrain<IListener>(name).Subscribe(room);
            await first.Client.GetGrain<IListener>(name).ResumeWhenActivated(room);
        }

        await using var second = builder.Build();
        await second.DeployAsync();
        await second.Streams("memory").GetStream<string>(room).OnNextAsync("one");

        await Wait.Eventually(() => Assert.Equal(["activated", "one"], Signals.Lines(name)));
        Assert.Equal(1, await second.Client.GetGrain<IListener>(name).UnsubscribeAll(room));
    }
}
