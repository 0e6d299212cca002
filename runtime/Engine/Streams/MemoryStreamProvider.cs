using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Bundled;

/// <summary>Streams whose events are held in the memory of the cluster, in queues that are grains.</summary>
internal sealed class MemoryStreamProvider : IStreamProvider
{
    private readonly IServiceProvider _services;
    private readonly IGrainFactory _grains;
    private readonly uint _queues;
    private readonly StreamPubSubType _pubSub;
    private readonly ImplicitSubscribers? _implicit;
    private readonly Lazy<StreamConsumerClient> _client;

    public MemoryStreamProvider(string name, IServiceProvider services, IMemoryMessageBodySerializer serializer)
    {
        Name = name;
        Serializer = serializer;
        Filter = services.GetKeyedService<IStreamFilter>(name);
        Delivery = services.GetRequiredService<IOptionsMonitor<StreamPullingAgentOptions>>().Get(name);
        _services = services;
        _grains = services.GetRequiredService<IGrainFactory>();
        _queues = (uint)services.GetRequiredService<IOptionsMonitor<HashRingStreamQueueMapperOptions>>().Get(name).TotalQueueCount;
        _pubSub = services.GetRequiredService<IOptionsMonitor<StreamPubSubOptions>>().Get(name).PubSubType;
        _implicit = _pubSub == StreamPubSubType.ExplicitGrainBasedOnly ? null : services.GetService<ImplicitSubscribers>();

        // The registry of observers holds it weakly; it lives as long as this provider.
        _client = new Lazy<StreamConsumerClient>(() => ActivatorUtilities.CreateInstance<StreamConsumerClient>(services));
    }

    public string Name { get; }

    public bool IsRewindable => true;

    public IMemoryMessageBodySerializer Serializer { get; }

    public IStreamFilter? Filter { get; }

    public StreamPullingAgentOptions Delivery { get; }

    /// <summary>The provider of that name, as the calling grain or client has it.</summary>
    public static MemoryStreamProvider Find(string name) =>
        RuntimeContext.Current?.ActivationServices.GetKeyedService<IStreamProvider>(name) as MemoryStreamProvider
        ?? throw new InvalidOperationException(
            $"There is no stream provider '{name}' where this stream is used. One that came in a call is used on turns of a grain; elsewhere get it from the provider.");

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new MemoryStreamOf<T>(Name, streamId, this);

    /// <summary>The key of the queue that holds a stream's events.</summary>
    public string QueueKey(StreamId stream) => $"{Name}/{stream.GetUniformHashCode() % _queues}";

    public IStreamQueueGrain Queue(StreamId stream) => _grains.GetGrain<IStreamQueueGrain>(QueueKey(stream));

    public IPubSubRendezvousGrain PubSub(StreamId stream) => _grains.GetGrain<IPubSubRendezvousGrain>($"{Name}/{stream}");

    /// <summary>The subscription that a grain's class makes to a stream; null when it makes none.</summary>
    public StreamSubscription? ImplicitOf(StreamId stream, GrainId grain) => _implicit?.Of(Name, stream, grain);

    /// <summary>All subscriptions to a stream.</summary>
    public async Task<List<StreamSubscription>> SubscriptionsOf(StreamId stream)
    {
        var all = _pubSub == StreamPubSubType.ImplicitOnly ? [] : await PubSub(stream).Subscriptions();
        if (_implicit is not null) all.AddRange(_implicit.Of(Name, stream));
        return all;
    }

    public Task Send(StreamId stream, IEnumerable<object> events)
    {
        var context = RequestContext.Entries.Where(e => e.Key != RequestContext.ReentrancyKey).ToDictionary(e => e.Key, e => e.Value);
        var body = Serializer.Serialize(new MemoryMessageBody(events, context.Count == 0 ? null : context));
        return Queue(stream).Enqueue(stream, body.ToArray());
    }

    /// <summary>Makes a subscription of the calling grain or client, or attaches its handler to the one that the grain's class makes.</summary>
    public async Task<StreamSubscription> Subscribe(StreamId stream, StreamHandler handler, StreamSequenceToken? token, string? filterData)
    {
        var consumer = Consumer();
        if (consumer.ImplicitSubscription(this, stream) is { } own)
        {
            await Resume(stream, own, handler, token);
            return own;
        }

        if (_pubSub == StreamPubSubType.ImplicitOnly)
            throw new InvalidOperationException($"Stream provider '{Name}' has the subscriptions of grain classes only; {consumer.Id} cannot subscribe.");
        var subscription = new StreamSubscription(Guid.NewGuid(), consumer.Id, filterData, IsImplicit: false);
        consumer.Attach(subscription.Id, handler);
        try
        {
            await PubSub(stream).Subscribe(QueueKey(stream), stream, subscription, PositionOf(token));
            return subscription;
        }
        catch
        {
            consumer.Detach(subscription.Id);
            throw;
        }
    }

    public Task Resume(StreamId stream, StreamSubscription subscription, StreamHandler handler, StreamSequenceToken? token)
    {
        Consumer().Attach(subscription.Id, handler);
        return PositionOf(token) is { } position ? Queue(stream).Rewind(stream, subscription.Id, position) : Task.CompletedTask;
    }

    public Task Unsubscribe(StreamId stream, StreamSubscription subscription)
    {
        Consumer().Detach(subscription.Id);
        return subscription.IsImplicit ? Task.CompletedTask : PubSub(stream).Unsubscribe(QueueKey(stream), stream, subscription.Id);
    }

    /// <summary>The subscriptions of the calling grain or client.</summary>
    public async Task<IEnumerable<StreamSubscription>> OwnSubscriptions(StreamId stream)
    {
        var consumer = Consumer();
        var all = _pubSub == StreamPubSubType.ImplicitOnly ? [] : await PubSub(stream).Subscriptions();
        all.RemoveAll(s => s.Consumer != consumer.Id);
        if (consumer.ImplicitSubscription(this, stream) is { } own) all.Add(own);
        return all;
    }

    private static StreamPosition? PositionOf(StreamSequenceToken? token) =>
        token is null ? null : new StreamPosition(token.SequenceNumber, token.EventIndex);

    private StreamConsumer Consumer()
    {
        if (RuntimeContext.Current is not { } context) return _client.Value;
        return context is Activation { Class.Workers: not null }
            ? throw new InvalidOperationException($"{context.GrainId} is a stateless worker: it has no identity that events could be sent to.")
            : (StreamConsumerExtension)context.GetGrainExtension<IStreamConsumerExtension>();
    }
}
