using System.Globalization;
using Orleans.Concurrency;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Conformance.Streams;

[GenerateSerializer]
public sealed class Said
{
    [Id(0)]
    public string Text { get; set; } = "";

    [Id(1)]
    public List<int> Numbers { get; set; } = [];
}

/// <summary>A grain that listens as its test says. What it hears is logged under its key.</summary>
public interface IListener : IGrainWithStringKey
{
    Task<StreamSubscriptionHandle<string>> Subscribe(StreamId stream, StreamSequenceToken? from = null, string? filterData = null);

    Task SubscribeToBatches(StreamId stream);

    Task SubscribeWithDelegates(StreamId stream);

    Task SubscribeTo(IAsyncStream<string> stream);

    Task<int> Resume(StreamId stream, StreamSequenceToken? from = null);

    Task Unsubscribe(StreamSubscriptionHandle<string> handle);

    Task<int> UnsubscribeAll(StreamId stream);

    Task Send(StreamId stream, string text);

    /// <summary>Resumes what it finds when it is activated.</summary>
    Task ResumeWhenActivated(StreamId stream);

    [AlwaysInterleave]
    Task<StreamSequenceToken?> TokenOf(string text);
}

public sealed class Listener : Grain, IListener, IAsyncObserver<string>
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, StreamId> s_resumed = new();

    private readonly Dictionary<string, StreamSequenceToken?> _tokens = [];
    private readonly Dictionary<string, int> _failures = [];

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!s_resumed.TryGetValue(Key, out var stream)) return;
        Signals.Log(Key, "activated");
        await Resume(stream, null);
    }

    public Task ResumeWhenActivated(StreamId stream)
    {
        s_resumed[Key] = stream;
        return Task.CompletedTask;
    }

    public Task<StreamSubscriptionHandle<string>> Subscribe(StreamId stream, StreamSequenceToken? from, string? filterData) =>
        Stream(stream).SubscribeAsync(this, from, filterData);

    public Task SubscribeToBatches(StreamId stream) => Stream(stream).SubscribeAsync(items =>
    {
        Signals.Log(Key, string.Join('+', items.Select(i => i.Item)));
        return Task.CompletedTask;
    });

    public Task SubscribeWithDelegates(StreamId stream) => Stream(stream).SubscribeAsync(
        (item, _) => OnNextAsync(item), OnErrorAsync, () => Task.CompletedTask);

    public Task SubscribeTo(IAsyncStream<string> stream) => stream.SubscribeAsync(this);

    public async Task<int> Resume(StreamId stream, StreamSequenceToken? from)
    {
        var handles = await Stream(stream).GetAllSubscriptionHandles();
        foreach (var handle in handles) await handle.ResumeAsync(this, from);
        return handles.Count;
    }

    public Task Unsubscribe(StreamSubscriptionHandle<string> handle) => handle.UnsubscribeAsync();

    public async Task<int> UnsubscribeAll(StreamId stream)
    {
        var handles = await Stream(stream).GetAllSubscriptionHandles();
        foreach (var handle in handles) await handle.UnsubscribeAsync();
        return handles.Count;
    }

    public Task Send(StreamId stream, string text) => Stream(stream).OnNextAsync(text);

    public Task<StreamSequenceToken?> TokenOf(string text) => Task.FromResult(_tokens.GetValueOrDefault(text));

    public async Task OnNextAsync(string item, StreamSequenceToken? token = null)
    {
        _tokens[item] = token;
        if (item.StartsWith("hold", StringComparison.Ordinal)) await Signals.Wait(Key);
        if (item.StartsWith("fail ", StringComparison.Ordinal))
        {
            _failures[item] = _failures.GetValueOrDefault(item) + 1;
            if (_failures[item] <= int.Parse(item[5..], CultureInfo.InvariantCulture)) throw new InvalidOperationException("Not now.");
        }

        Signals.Log(Key, RequestContext.Get("who") is string who ? $"{item} by {who}" : item);
    }

    public Task OnErrorAsync(Exception ex)
    {
        Signals.Log(Key, $"error: {ex.Message}");
        return Task.CompletedTask;
    }

    private IAsyncStream<string> Stream(StreamId stream) => this.GetStreamProvider("memory").GetStream<string>(stream);
}

/// <summary>A stateless worker that would like to listen.</summary>
public interface IListeningWorker : IGrainWithIntegerKey
{
    Task Subscribe(StreamId stream);
}

[StatelessWorker]
public sealed class ListeningWorker : Grain, IListeningWorker
{
    public Task Subscribe(StreamId stream) =>
        this.GetStreamProvider("memory").GetStream<string>(stream).SubscribeAsync((_, _) => Task.CompletedTask);
}

/// <summary>Grains that their class subscribes.</summary>
public interface IImplicitByText : IGrainWithStringKey
{
    Task<int> Unsubscribe(StreamId stream);
}

[ImplicitStreamSubscription("implicit")]
public sealed class ImplicitByText : Grain, IImplicitByText
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => Attach();

    public async Task<int> Unsubscribe(StreamId stream)
    {
        var handles = await this.GetStreamProvider("memory").GetStream<string>(stream).GetAllSubscriptionHandles();
        foreach (var handle in handles) await handle.UnsubscribeAsync();
        return handles.Count;
    }

    private async Task Attach()
    {
        var key = this.GetPrimaryKeyString();
        var stream = this.GetStreamProvider("memory").GetStream<string>("implicit", key);

        // As often as one likes: it is one subscription.
        await stream.SubscribeAsync((_, _) => Task.CompletedTask);
        await stream.SubscribeAsync((item, _) =>
        {
            Signals.Log(key, $"text: {item}");
            return Task.CompletedTask;
        });
    }
}

public interface IImplicitByGuid : IGrainWithGuidKey;

[RegexImplicitStreamSubscription("^regex-[0-9]+$")]
public sealed class ImplicitByGuid : Grain, IImplicitByGuid, IStreamSubscriptionObserver
{
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory)
    {
        var log = $"{handleFactory.StreamId}";
        Signals.Log(log, "subscribed");
        await handleFactory.Create<string>().ResumeAsync((item, _) =>
        {
            Signals.Log(log, $"{this.GetPrimaryKey():N}: {item}");
            return Task.CompletedTask;
        });
    }
}

public sealed class OddNamespaces : IStreamNamespacePredicate
{
    public string PredicatePattern => "odd";

    public bool IsMatch(string streamNamespace) => streamNamespace is "odd-1" or "odd-3";
}

public interface IImplicitByNumber : IGrainWithIntegerCompoundKey;

[ImplicitStreamSubscription(typeof(OddNamespaces))]
public sealed class ImplicitByNumber : Grain, IImplicitByNumber, IStreamSubscriptionObserver
{
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory)
    {
        var number = this.GetPrimaryKeyLong(out var ns);
        await handleFactory.Create<string>().ResumeAsync((item, _) =>
        {
            Signals.Log($"{handleFactory.StreamId}", $"{number} of {ns}: {item}");
            return Task.CompletedTask;
        });
    }
}

public sealed class OnlyWithData : IStreamFilter
{
    public bool ShouldDeliver(StreamId streamId, object item, string filterData) =>
        ((string)item).Contains(filterData, StringComparison.Ordinal);
}
