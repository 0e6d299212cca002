using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Bundled;

/// <summary>Messages of a stream on their way to one subscriber.</summary>
[GenerateSerializer, Immutable, Alias("sys.StreamDelivery")]
internal sealed record StreamDelivery(
    [property: Id(0)] string Provider,
    [property: Id(1)] StreamId Stream,
    [property: Id(2)] StreamSubscription Subscription,
    [property: Id(3)] StreamPosition From,
    [property: Id(4)] List<StreamMessage> Messages);

/// <summary>How grains get events: calls that wait their turn, so that a slow grain slows its streams down.</summary>
[Alias("sys.IStreamConsumerExtension")]
internal interface IStreamConsumerExtension : IGrainExtension
{
    /// <summary>Takes events. It fails when the handler does.</summary>
    [Alias("Deliver")]
    Task Deliver(StreamDelivery delivery);

    /// <summary>Tells the handler of events that could not be delivered.</summary>
    [Alias("Fail")]
    Task Fail(string provider, StreamId stream, StreamSubscription subscription, Exception exception);
}

/// <summary>How clients get events.</summary>
[Alias("sys.IStreamConsumerObserver")]
internal interface IStreamConsumerObserver : IGrainObserver
{
    /// <inheritdoc cref="IStreamConsumerExtension.Deliver"/>
    [Alias("Deliver")]
    Task Deliver(StreamDelivery delivery);

    /// <inheritdoc cref="IStreamConsumerExtension.Fail"/>
    [Alias("Fail")]
    Task Fail(string provider, StreamId stream, StreamSubscription subscription, Exception exception);
}

/// <summary>A subscriber, as the queue calls it.</summary>
internal readonly struct StreamConsumerReference
{
    private readonly IStreamConsumerExtension? _grain;
    private readonly IStreamConsumerObserver? _client;

    private StreamConsumerReference(IStreamConsumerExtension? grain, IStreamConsumerObserver? client)
    {
        _grain = grain;
        _client = client;
    }

    public bool IsClient => _client is not null;

    public static StreamConsumerReference Of(IGrainFactory grains, GrainId consumer) => ObserverRegistry.Owns(consumer.Type)
        ? new(null, grains.GetGrain<IStreamConsumerObserver>(consumer))
        : new(grains.GetGrain<IStreamConsumerExtension>(consumer), null);

    public Task Deliver(StreamDelivery delivery) => _grain?.Deliver(delivery) ?? _client!.Deliver(delivery);

    public Task Fail(string provider, StreamId stream, StreamSubscription subscription, Exception exception) =>
        _grain?.Fail(provider, stream, subscription, exception) ?? _client!.Fail(provider, stream, subscription, exception);
}

/// <summary>The handlers of one activation or client, by subscription.</summary>
internal abstract partial class StreamConsumer(IServiceProvider services, ILogger log)
{
    private readonly Dictionary<Guid, StreamHandler> _handlers = [];
    private readonly Lock _lock = new();

    /// <summary>Whom events go to, to reach these handlers.</summary>
    public abstract GrainId Id { get; }

    /// <summary>What is told of events that no handler is attached for.</summary>
    protected abstract IStreamSubscriptionObserver? SubscriptionObserver { get; }

    /// <summary>The subscription that the consumer's class makes to a stream; null when it makes none.</summary>
    public abstract StreamSubscription? ImplicitSubscription(MemoryStreamProvider provider, StreamId stream);

    public void Attach(Guid subscription, StreamHandler handler)
    {
        lock (_lock) _handlers[subscription] = handler;
    }

    public void Detach(Guid subscription)
    {
        lock (_lock) _handlers.Remove(subscription);
    }

    public async Task Deliver(StreamDelivery delivery)
    {
        var subscription = delivery.Subscription;
        var handler = Find(subscription.Id);
        if (handler is null && SubscriptionObserver is { } observer)
        {
            await observer.OnSubscribed(new HandleFactory(delivery.Provider, delivery.Stream, subscription));
            handler = Find(subscription.Id);
        }

        if (handler is null)
        {
            LogNoHandler(delivery.Stream, Id);
            return;
        }

        var provider = services.GetRequiredKeyedService<IStreamProvider>(delivery.Provider) as MemoryStreamProvider;
        foreach (var message in delivery.Messages)
        {
            var body = provider!.Serializer.Deserialize(message.Body);
            var skip = message.Sequence == delivery.From.Sequence ? delivery.From.Index : 0;
            var events = body.Events.Select((item, i) => (Item: item, Index: i)).Skip(skip);
            if (provider.Filter is { } filter && subscription.FilterData is { } data)
                events = events.Where(e => filter.ShouldDeliver(delivery.Stream, e.Item, data));
            RequestContext.Clear();
            foreach (var (key, value) in body.RequestContext ?? []) RequestContext.Set(key, value);
            await handler.Deliver(events, message.Sequence);
        }
    }

    public Task Fail(string provider, StreamId stream, StreamSubscription subscription, Exception exception) =>
        Find(subscription.Id)?.Fail(exception) ?? Task.CompletedTask;

    private StreamHandler? Find(Guid subscription)
    {
        lock (_lock) return _handlers.GetValueOrDefault(subscription);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event of stream {Stream} is dropped: {Consumer} has attached no handler to its subscription.")]
    private partial void LogNoHandler(StreamId stream, GrainId consumer);

    private sealed class HandleFactory(string provider, StreamId stream, StreamSubscription subscription) : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => stream;

        public string ProviderName => provider;

        public StreamSubscriptionHandle<T> Create<T>() => new StreamHandle<T>(provider, stream, subscription, null);
    }
}

/// <summary>The handlers of one activation.</summary>
internal sealed class StreamConsumerExtension(IGrainContext context, IServiceProvider services, ILogger<StreamConsumerExtension> log)
    : StreamConsumer(services, log), IStreamConsumerExtension
{
    public override GrainId Id => context.GrainId;

    protected override IStreamSubscriptionObserver? SubscriptionObserver => context.GrainInstance as IStreamSubscriptionObserver;

    public override StreamSubscription? ImplicitSubscription(MemoryStreamProvider provider, StreamId stream) => provider.ImplicitOf(stream, Id);
}

/// <summary>The handlers of code outside of grains.</summary>
internal sealed class StreamConsumerClient : StreamConsumer, IStreamConsumerObserver
{
    private readonly IAddressable _reference;

    public StreamConsumerClient(IGrainFactory grains, IServiceProvider services, ILogger<StreamConsumerClient> log)
        : base(services, log) => _reference = grains.CreateObjectReference<IStreamConsumerObserver>(this);

    public override GrainId Id => _reference.GetGrainId();

    protected override IStreamSubscriptionObserver? SubscriptionObserver => null;

    public override StreamSubscription? ImplicitSubscription(MemoryStreamProvider provider, StreamId stream) => null;
}

/// <summary>What is done with the events of one subscription.</summary>
internal abstract class StreamHandler
{
    /// <summary>Takes the events of one message. Those of another type are passed over.</summary>
    public abstract Task Deliver(IEnumerable<(object Item, int Index)> events, long sequence);

    public abstract Task Fail(Exception exception);
}

/// <summary>Gives events to an observer one by one.</summary>
internal sealed class SingleHandler<T>(IAsyncObserver<T> observer) : StreamHandler
{
    public override async Task Deliver(IEnumerable<(object Item, int Index)> events, long sequence)
    {
        foreach (var (item, index) in events)
            if (item is T own) await observer.OnNextAsync(own, new EventSequenceTokenV2(sequence, index));
    }

    public override Task Fail(Exception exception) => observer.OnErrorAsync(exception);
}

/// <summary>Gives events to an observer as they were sent.</summary>
internal sealed class BatchHandler<T>(IAsyncBatchObserver<T> observer) : StreamHandler
{
    public override Task Deliver(IEnumerable<(object Item, int Index)> events, long sequence)
    {
        var items = new List<SequentialItem<T>>();
        foreach (var (item, index) in events)
            if (item is T own) items.Add(new SequentialItem<T>(own, new EventSequenceTokenV2(sequence, index)));
        return items.Count > 0 ? observer.OnNextAsync(items) : Task.CompletedTask;
    }

    public override Task Fail(Exception exception) => observer.OnErrorAsync(exception);
}
