using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Bundled;

/// <summary>A stream of a memory provider. In a call it is its name; where it arrives it is bound to the provider there.</summary>
[GenerateSerializer, Immutable, Alias("sys.MemoryStreamOf`1")]
internal sealed class MemoryStreamOf<T> : IAsyncStream<T>
{
    [Id(0)]
    private readonly string _provider;

    [Id(1)]
    private readonly StreamId _id;

    [NonSerialized]
    private readonly MemoryStreamProvider? _bound;

    public MemoryStreamOf(string provider, StreamId id, MemoryStreamProvider? bound)
    {
        _provider = provider;
        _id = id;
        _bound = bound;
    }

    public bool IsRewindable => true;

    public string ProviderName => _provider;

    public StreamId StreamId => _id;

    private MemoryStreamProvider Provider => _bound ?? MemoryStreamProvider.Find(_provider);

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => Provider.Send(_id, [item!]);

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var events = batch.Select(item => (object)item!).ToList();
        return events.Count > 0 ? Provider.Send(_id, events) : Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Subscribe(new SingleHandler<T>(observer), token, filterData);
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Subscribe(new BatchHandler<T>(observer), token, null);
    }

    public async Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var provider = Provider;
        var all = await provider.OwnSubscriptions(_id);
        return [.. all.Select(s => new StreamHandle<T>(_provider, _id, s, provider))];
    }

    public bool Equals(IAsyncStream<T>? other) => other is not null && other.StreamId == _id && other.ProviderName == _provider;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => HashCode.Combine(_provider, _id);

    public int CompareTo(IAsyncStream<T>? other) =>
        other is null ? 1
        : string.CompareOrdinal(_provider, other.ProviderName) is var byProvider and not 0 ? byProvider
        : _id.CompareTo(other.StreamId);

    public override string ToString() => $"{_provider}/{_id}";

    private async Task<StreamSubscriptionHandle<T>> Subscribe(StreamHandler handler, StreamSequenceToken? token, string? filterData)
    {
        var provider = Provider;
        return new StreamHandle<T>(_provider, _id, await provider.Subscribe(_id, handler, token, filterData), provider);
    }
}

/// <summary>A subscription to a stream of a memory provider.</summary>
[GenerateSerializer, Immutable, Alias("sys.StreamHandle`1")]
internal sealed class StreamHandle<T> : StreamSubscriptionHandle<T>
{
    [Id(0)]
    private readonly string _provider;

    [Id(1)]
    private readonly StreamId _stream;

    [Id(2)]
    private readonly StreamSubscription _subscription;

    [NonSerialized]
    private readonly MemoryStreamProvider? _bound;

    public StreamHandle(string provider, StreamId stream, StreamSubscription subscription, MemoryStreamProvider? bound)
    {
        _provider = provider;
        _stream = stream;
        _subscription = subscription;
        _bound = bound;
    }

    public override StreamId StreamId => _stream;

    public override string ProviderName => _provider;

    public override Guid HandleId => _subscription.Id;

    private MemoryStreamProvider Provider => _bound ?? MemoryStreamProvider.Find(_provider);

    public override Task UnsubscribeAsync() => Provider.Unsubscribe(_stream, _subscription);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Resume(new SingleHandler<T>(observer), token);
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Resume(new BatchHandler<T>(observer), token);
    }

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == HandleId;

    public override string ToString() => $"{_provider}/{_stream} {HandleId}";

    private async Task<StreamSubscriptionHandle<T>> Resume(StreamHandler handler, StreamSequenceToken? token)
    {
        await Provider.Resume(_stream, _subscription, handler, token);
        return this;
    }
}
