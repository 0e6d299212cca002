using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Streams;
using Orleans.TestingHost;

namespace Orleans.Conformance.Streams;

public static class StreamsOfCluster
{
    /// <summary>A stream provider, as code beside the grains of the first silo has it.</summary>
    public static IStreamProvider Streams(this InProcessTestCluster cluster, string name) =>
        cluster.GetSiloServiceProvider().GetRequiredService<IClusterClient>().GetStreamProvider(name);
}

public sealed class StreamsFixture : IAsyncLifetime
{
    public InProcessTestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await OneSilo.Start(silo => silo
        .AddMemoryGrainStorage("PubSubStore")
        .AddMemoryStreams("memory")
        .AddMemoryStreams("impatient", streams => streams.ConfigurePullingAgent(o => o.Configure(p => p.MaxEventDeliveryTime = TimeSpan.Zero)))
        .AddStreamFilter<OnlyWithData>("memory"));

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

[Feature("Streams", "Memory streams: explicit subscriptions, resume, order, batches, filters, retries")]
public sealed class StreamTests(StreamsFixture fixture) : IClassFixture<StreamsFixture>
{
    private readonly string _name = Signals.NewName();

    private IGrainFactory Grains => fixture.Cluster.Client;

    private IListener Alice => Grains.GetGrain<IListener>(_name);

    private StreamId Room => StreamId.Create("room", _name);

    private IAsyncStream<string> Stream => fixture.Cluster.Streams("memory").GetStream<string>(Room);

    [Fact]
    public async Task A_subscriber_hears_what_is_sent_in_order()
    {
        await Alice.Subscribe(Room);

        for (var i = 0; i < 100; i++) await Stream.OnNextAsync($"{i}");

        await Hears([.. Enumerable.Range(0, 100).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task A_grain_may_send_too()
    {
        await Alice.Subscribe(Room);

        await Grains.GetGrain<IListener>(Signals.NewName()).Send(Room, "hello");

        await Hears("hello");
    }

    [Fact]
    public async Task Streams_do_not_mix()
    {
        await Alice.Subscribe(Room);

        foreach (var other in new[] { StreamId.Create("hall", _name), StreamId.Create(null, _name), StreamId.Create("room", _name + "x") })
            await fixture.Cluster.Streams("memory").GetStream<string>(other).OnNextAsync("elsewhere");
        await Stream.OnNextAsync("here");

        await Hears("here");
    }

    [Fact]
    public async Task Events_from_before_a_subscription_are_not_heard()
    {
        await Stream.OnNextAsync("early");
        await Alice.Subscribe(Room);
        await Stream.OnNextAsync("late");

        await Hears("late");
    }

    [Fact]
    public async Task Each_subscription_gets_every_event()
    {
        await Alice.Subscribe(Room);
        await Alice.SubscribeWithDelegates(Room);

        await Stream.OnNextAsync("one");

        await Hears("one", "one");
    }

    [Fact]
    public async Task An_unsubscribed_subscription_hears_no_more()
    {
        var handle = await Alice.Subscribe(Room);
        await Stream.OnNextAsync("one");
        await Hears("one");

        await Alice.Unsubscribe(handle);
        await Stream.OnNextAsync("two");
        await Alice.Subscribe(Room);
        await Stream.OnNextAsync("three");

        await Hears("one", "three");
        Assert.Equal(1, await Alice.UnsubscribeAll(Room));
        Assert.Equal(0, await Alice.UnsubscribeAll(Room));
    }

    [Fact]
    public async Task A_new_activation_resumes_its_subscriptions_and_is_made_for_an_event()
    {
        await Alice.Subscribe(Room);
        await Alice.ResumeWhenActivated(Room);
        await fixture.Cluster.DeactivateAsync(Alice);

        await Stream.OnNextAsync("one");

        await Hears("activated", "one");
    }

    [Fact]
    public async Task Subscribing_again_in_a_new_activation_makes_a_second_subscription()
    {
        await Alice.Subscribe(Room);
        await fixture.Cluster.DeactivateAsync(Alice);
        await Alice.Subscribe(Room);

        await Stream.OnNextAsync("one");

        // Only the new activation's own subscription has a handler; what comes for the other one is dropped.
        await Hears("one");
        Assert.Equal(2, await Alice.Resume(Room));
        await Stream.OnNextAsync("two");
        await Hears("one", "two", "two");
    }

    [Fact]
    public async Task A_subscription_may_begin_at_an_event_that_is_still_held()
    {
        await Alice.Subscribe(Room);
        foreach (var text in new[] { "one", "two", "three" }) await Stream.OnNextAsync(text);
        await Hears("one", "two", "three");
        var token = await Alice.TokenOf("two");
        Assert.NotNull(token);
        Assert.True(token.Newer((await Alice.TokenOf("one"))!));
        Assert.True(token.Older((await Alice.TokenOf("three"))!));

        var bob = Signals.NewName();
        await Grains.GetGrain<IListener>(bob).Subscribe(Room, token);
        await Wait.Eventually(() => Assert.Equal(["two", "three"], Signals.Lines(bob)));

        await Alice.Resume(Room, token);
        await Hears("one", "two", "three", "two", "three");
    }

    [Fact]
    public async Task A_batch_is_delivered_in_order_and_whole_to_who_asks_for_batches()
    {
        await Alice.Subscribe(Room);
        var bob = Signals.NewName();
        await Grains.GetGrain<IListener>(bob).SubscribeToBatches(Room);

        await Stream.OnNextBatchAsync(["one", "two", "three"]);
        await Stream.OnNextBatchAsync([]);
        await Stream.OnNextAsync("four");

        await Hears("one", "two", "three", "four");
        await Wait.Eventually(() => Assert.Equal(["one+two+three", "four"], Signals.Lines(bob)));
    }

    [Fact]
    public async Task An_event_that_fails_is_tried_again_before_the_next_one()
    {
        await Alice.Subscribe(Room);

        await Stream.OnNextAsync("fail 2");
        await Stream.OnNextAsync("after");

        await Hears("fail 2", "after");
    }

    [Fact]
    public async Task An_event_that_fails_for_too_long_is_reported_and_passed_over()
    {
        var impatient = fixture.Cluster.Streams("impatient").GetStream<string>(Room);
        await Alice.SubscribeTo(impatient);

        await impatient.OnNextAsync("fail 9");
        await impatient.OnNextAsync("after");

        await Hears("error: Not now.", "after");
    }

    [Fact]
    public async Task A_slow_subscriber_holds_up_itself_only()
    {
        await Alice.Subscribe(Room);
        var bob = Signals.NewName();
        await Grains.GetGrain<IListener>(bob).Subscribe(Room);

        await Stream.OnNextAsync("hold");
        await Stream.OnNextAsync("one");
        Signals.Set(bob);

        await Wait.Eventually(() => Assert.Equal(["hold", "one"], Signals.Lines(bob)));
        Assert.Empty(Signals.Lines(_name));
        Signals.Set(_name);
        await Hears("hold", "one");
    }

    [Fact]
    public async Task A_filter_chooses_what_a_subscription_gets()
    {
        await Alice.Subscribe(Room, null, "good");

        await Stream.OnNextAsync("bad news");
        await Stream.OnNextBatchAsync(["no news", "good news"]);

        await Hears("good news");
    }

    [Fact]
    public async Task The_request_context_of_the_producer_travels_with_the_event()
    {
        await Alice.Subscribe(Room);

        RequestContext.Set("who", "bob");
        await Stream.OnNextAsync("one");
        RequestContext.Clear();
        await Stream.OnNextAsync("two");

        await Hears("one by bob", "two");
    }

    [Fact]
    public async Task Code_outside_of_grains_may_listen()
    {
        var heard = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var handle = await Stream.SubscribeAsync((item, _) =>
        {
            heard.Enqueue(item);
            return Task.CompletedTask;
        });

        await Stream.OnNextAsync("one");
        await Wait.Eventually(() => Assert.Equal(["one"], heard));

        Assert.Equal([handle], await Stream.GetAllSubscriptionHandles());
        await handle.UnsubscribeAsync();
        Assert.Empty(await Stream.GetAllSubscriptionHandles());
    }

    [Fact]
    public async Task Events_are_copies_and_those_of_another_type_are_passed_over()
    {
        var heard = new System.Collections.Concurrent.ConcurrentQueue<Said>();
        var sent = new Said { Text = "one", Numbers = [1] };
        var said = fixture.Cluster.Streams("memory").GetStream<Said>(Room);
        await said.SubscribeAsync((item, _) =>
        {
            heard.Enqueue(item);
            return Task.CompletedTask;
        });

        await Stream.OnNextAsync("a text");
        await said.OnNextAsync(sent);
        sent.Numbers.Add(2);

        await Wait.Eventually(() => Assert.Equal([1], Assert.Single(heard).Numbers));
    }

    [Fact]
    public async Task A_stream_may_be_passed_in_a_call()
    {
        await Alice.SubscribeTo(Stream);

        await Stream.OnNextAsync("one");

        await Hears("one");
        Assert.Equal(Stream, fixture.Cluster.Streams("memory").GetStream<string>("room", _name));
    }

    [Fact]
    public async Task A_stateless_worker_cannot_subscribe() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grains.GetGrain<IListeningWorker>(0).Subscribe(Room));

    [Fact]
    public void A_provider_that_is_not_there_is_named()
    {
        Assert.Contains("nowhere", Assert.Throws<KeyNotFoundException>(() => fixture.Cluster.Streams("nowhere")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => fixture.Cluster.Streams(" "));
    }

    [Fact]
    [Feature("Streams", "Implicit subscriptions: by namespace, expression and predicate; IStreamSubscriptionObserver")]
    public async Task Grains_of_a_class_hear_the_streams_of_its_namespace()
    {
        var stream = StreamId.Create("implicit", _name);
        await Send(stream, "one");
        await Wait.Eventually(() => Assert.Equal(["text: one"], Signals.Lines(_name)));

        // The subscription is the class's: it cannot be ended, and the next activation attaches its handler again.
        Assert.Equal(1, await Grains.GetGrain<IImplicitByText>(_name).Unsubscribe(stream));
        await fixture.Cluster.DeactivateAsync(Grains.GetGrain<IImplicitByText>(_name));
        await Send(stream, "two");
        await Wait.Eventually(() => Assert.Equal(["text: one", "text: two"], Signals.Lines(_name)));
    }

    [Fact]
    [Feature("Streams", "Implicit subscriptions: by namespace, expression and predicate; IStreamSubscriptionObserver")]
    public async Task Grains_hear_the_namespaces_that_match_an_expression_and_attach_a_handler_when_told()
    {
        var key = Guid.NewGuid();
        var stream = StreamId.Create("regex-1", key);

        await Send(StreamId.Create("regex-x", key), "zero");
        await Send(stream, "one");
        await Send(stream, "two");

        await Wait.Eventually(() => Assert.Equal(["subscribed", $"{key:N}: one", $"{key:N}: two"], Signals.Lines($"{stream}")));
    }

    [Fact]
    [Feature("Streams", "Implicit subscriptions: by namespace, expression and predicate; IStreamSubscriptionObserver")]
    public async Task Grains_hear_the_namespaces_that_a_predicate_accepts_under_the_key_that_fits_them()
    {
        var number = Random.Shared.NextInt64(1000, long.MaxValue);
        var (odd, even) = (StreamId.Create("odd-3", number), StreamId.Create("odd-2", number));

        await Send(even, "even");
        await Send(StreamId.Create("odd-3", "no number"), "lost");
        await Send(odd, "odd");

        await Wait.Eventually(() => Assert.Equal([$"{number} of odd-3: odd"], Signals.Lines($"{odd}")));
        Assert.Empty(Signals.Lines($"{even}"));
    }

    [Fact]
    public void Identities_of_streams_are_equal_by_namespace_and_key_and_travel()
    {
        var guid = Guid.NewGuid();
        StreamId[] all =
        [
            StreamId.Create("a", "b"), StreamId.Create(null, "b"), StreamId.Create("a", "c"), StreamId.Create("a", guid), StreamId.Create("a", 42),
        ];
        var serializer = fixture.Cluster.GetSiloServiceProvider().GetRequiredService<Serializer>();

        Assert.Equal(5, all.Distinct().Count());
        Assert.Equal(all, all.Select(s => serializer.Deserialize<StreamId>(serializer.SerializeToArray(s))));
        Assert.Equal(all[3], StreamId.Create("a", guid.ToString("N")));
        Assert.Equal("a", all[0].GetNamespace());
        Assert.Null(all[1].GetNamespace());
        Assert.Equal("42", all[4].GetKeyAsString());
        Assert.Equal("a"u8.ToArray(), all[0].Namespace.ToArray());
        Assert.Equal("b"u8.ToArray(), all[0].Key.ToArray());
        Assert.Throws<ArgumentNullException>(() => StreamId.Create("a", (string)null!));
    }

    private Task Send(StreamId stream, string text) =>
        fixture.Cluster.Streams("memory").GetStream<string>(stream).OnNextAsync(text);

    private Task Hears(params string[] expected) => Wait.Eventually(() => Assert.Equal(expected, Signals.Lines(_name)));
}
