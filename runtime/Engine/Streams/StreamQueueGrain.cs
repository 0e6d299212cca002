using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Bundled;

/// <summary>One queue of a provider of memory streams. Key: the provider's name and the number of the queue.</summary>
[Alias("sys.IStreamQueueGrain")]
internal interface IStreamQueueGrain : IGrainWithStringKey
{
    /// <summary>Takes events of a stream; they are delivered later.</summary>
    /// <exception cref="InvalidOperationException">The queue is full of events that are not delivered yet.</exception>
    Task Enqueue(StreamId stream, [Immutable] byte[] body);

    /// <summary>There is a new subscription.</summary>
    Task Subscribed(StreamId stream, StreamSubscription subscription, StreamPosition? from);

    /// <summary>A subscription is gone.</summary>
    Task Unsubscribed(StreamId stream, Guid subscription);

    /// <summary>A subscription begins anew at a place, as far as its events are still held.</summary>
    Task Rewind(StreamId stream, Guid subscription, StreamPosition to);

    /// <summary>What another activation did not deliver, and could not hand over to this one's silo.</summary>
    Task TakeOver(List<StreamRemains> remains);
}

/// <summary>What of a stream was not delivered when its queue moved to another silo.</summary>
[GenerateSerializer, Immutable, Alias("sys.StreamRemains")]
internal sealed record StreamRemains(
    [property: Id(0)] StreamId Stream, [property: Id(1)] List<StreamMessage> Messages, [property: Id(2)] Dictionary<Guid, StreamPosition> Cursors);

/// <summary>Holds the events of its streams and delivers them: to each subscriber in order, and to one without waiting for others.</summary>
/// <remarks>
/// Events live in memory only. A queue that moves hands over what is not delivered; one whose silo dies loses it.
/// </remarks>
[GrainType("sys.streamqueue"), KeepAlive, Reentrant]
internal sealed partial class StreamQueueGrain(IServiceProvider services, TimeProvider time, ILogger<StreamQueueGrain> log) : Grain, IStreamQueueGrain
{
    /// <summary>How many messages a queue holds at most, delivered ones that can be rewound to included.</summary>
    public const int MessagesMax = 16_384;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_trimPeriod = TimeSpan.FromMinutes(1);

    private readonly Dictionary<StreamId, StreamState> _streams = [];
    private MemoryStreamProvider _provider = null!;
    private long _lastSequence;
    private int _held;
    private int _waiting;
    private bool _ended;

    private StreamPullingAgentOptions Options => _provider.Delivery;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var name = key[..key.LastIndexOf('/')];
        _provider = services.GetKeyedService<IStreamProvider>(name) as MemoryStreamProvider
            ?? throw new OrleansConfigurationException($"This silo has no provider of memory streams named '{name}'. Call AddMemoryStreams on every silo.");

        // Numbers grow over all activations of the queue.
        _lastSequence = time.GetUtcNow().UtcTicks;
        this.RegisterGrainTimer(Trim, s_trimPeriod, s_trimPeriod);
        if (await StreamHandOver.Local(services).Take(key) is { } remains) await TakeOver(remains);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _ended = true;
        var remains = _streams.Values.Where(s => s.Waiting > 0)
            .Select(s => new StreamRemains(s.Id, [.. s.Unreleased], s.Cursors.Values.ToDictionary(c => c.Subscription.Id, c => c.Next)))
            .ToList();

        if (remains.Count > 0) await StreamHandOver.To(services, this.GetGrainId()).Put(this.GetPrimaryKeyString(), remains);
    }

    public Task Enqueue(StreamId stream, byte[] body)
    {
        if (_waiting >= MessagesMax)
        {
            throw new InvalidOperationException(
                $"Queue {this.GetPrimaryKeyString()} holds {MessagesMax} messages that are not delivered yet: the event was not sent.");
        }

        var state = StateOf(stream);
        Add(state, new StreamMessage(++_lastSequence, body, time.GetUtcNow().UtcDateTime));
        Deliver(state);
        return Task.CompletedTask;
    }

    public Task Subscribed(StreamId stream, StreamSubscription subscription, StreamPosition? from)
    {
        // A stream without events asks for its subscribers when the first one comes.
        if (!_streams.TryGetValue(stream, out var state)) return Task.CompletedTask;
        if (!state.Cursors.TryGetValue(subscription.Id, out var cursor))
        {
            cursor = new StreamCursor(subscription, from ?? new StreamPosition(_lastSequence + 1, 0));
            state.Cursors.Add(subscription.Id, cursor);
        }
        else if (from is { } position)
        {
            cursor.Next = position;
        }

        Recount(state);
        Deliver(state);
        return Task.CompletedTask;
    }

    public Task Unsubscribed(StreamId stream, Guid subscription)
    {
        if (_streams.TryGetValue(stream, out var state) && state.Cursors.Remove(subscription, out var cursor))
        {
            cursor.IsRemoved = true;
            Recount(state);
        }

        return Task.CompletedTask;
    }

    public Task Rewind(StreamId stream, Guid subscription, StreamPosition to)
    {
        if (!_streams.TryGetValue(stream, out var state)) return Task.CompletedTask;
        if (state.Cursors.TryGetValue(subscription, out var cursor)) cursor.Next = to;
        else (state.Inherited ??= [])[subscription] = to;
        Recount(state);
        Deliver(state);
        return Task.CompletedTask;
    }

    public Task TakeOver(List<StreamRemains> remains)
    {
        foreach (var remain in remains)
        {
            var state = StateOf(remain.Stream);
            foreach (var (id, position) in remain.Cursors)
            {
                if (state.Cursors.TryGetValue(id, out var cursor) && cursor.Next.Sequence > position.Sequence) cursor.Next = position;
                else (state.Inherited ??= [])[id] = position;
            }

            foreach (var message in remain.Messages)
            {
                _lastSequence = Math.Max(_lastSequence, message.Sequence);
                Add(state, message);
            }

            Deliver(state);
        }

        return Task.CompletedTask;
    }

    private StreamState StateOf(StreamId stream)
    {
        if (!_streams.TryGetValue(stream, out var state)) _streams.Add(stream, state = new StreamState(stream));
        state.UsedAt = time.GetUtcNow().UtcDateTime;
        return state;
    }

    private void Add(StreamState state, StreamMessage message)
    {
        if (_held >= MessagesMax) ForgetOldest();
        var before = state.Count;
        state.Add(message);
        _held += state.Count - before;
        _waiting += state.Count - before;
        Recount(state);
    }

    // A quarter at once of what every subscriber has, so that it need not be looked for with each message.
    private void ForgetOldest()
    {
        var released = _streams.Values.SelectMany(s => Enumerable.Range(0, s.Released).Select(i => s[i].Sequence)).Order().ToList();
        if (released.Count == 0) return;
        var last = released[released.Count / 4];
        foreach (var state in _streams.Values)
            while (state.Released > 0 && state[0].Sequence <= last) Forget(state);
    }

    private void Forget(StreamState state)
    {
        state.RemoveFirst();
        _held--;
    }

    private void Recount(StreamState state)
    {
        var before = state.Released;
        state.Recount();
        _waiting += before - state.Released;
    }

    private void Deliver(StreamState state)
    {
        if (_ended || state.Count == 0) return;
        if (!state.IsLoaded)
        {
            if (!state.IsLoading) Load(state).Ignore();
            return;
        }

        foreach (var cursor in state.Cursors.Values.ToArray())
            if (!cursor.IsPumping && state.IndexOf(cursor.Next.Sequence) < state.Count) Pump(state, cursor).Ignore();
    }

    private async Task Load(StreamState state)
    {
        state.IsLoading = true;
        RequestContext.Clear();
        for (var pause = s_firstPause; !_ended; pause = Longer(pause))
        {
            try
            {
                foreach (var subscription in await _provider.SubscriptionsOf(state.Id)) Know(state, subscription);
                state.IsLoaded = true;
                state.Inherited = null;
                break;
            }
            catch (Exception exception)
            {
                LogSubscribersUnknown(exception, state.Id);
                await Task.Delay(pause, time);
            }
        }

        state.IsLoading = false;
        Recount(state);
        Deliver(state);
    }

    private static void Know(StreamState state, StreamSubscription subscription)
    {
        var first = state.Count > 0 ? new StreamPosition(state[0].Sequence, 0) : default;
        if (state.Inherited?.TryGetValue(subscription.Id, out var inherited) == true) first = inherited;
        state.Cursors.TryAdd(subscription.Id, new StreamCursor(subscription, first));
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < s_longestPause ? pause * 2 : s_longestPause;

    // One at a time for each subscription: its events keep their order, and only its own wait while its consumer is slow.
    private async Task Pump(StreamState state, StreamCursor cursor)
    {
        cursor.IsPumping = true;
        RequestContext.Clear();
        while (!_ended && !cursor.IsRemoved)
        {
            var from = cursor.Next;
            var index = state.IndexOf(from.Sequence);
            if (index >= state.Count) break;
            var messages = new List<StreamMessage>();
            for (var i = index; i < state.Count && messages.Count < Options.BatchContainerBatchSize; i++) messages.Add(state[i]);
            await Deliver(state, cursor, new StreamDelivery(_provider.Name, state.Id, cursor.Subscription, from, messages));
            if (cursor.Next == from) cursor.Next = new StreamPosition(messages[^1].Sequence + 1, 0);
            Recount(state);
        }

        cursor.IsPumping = false;
    }

    private async Task Deliver(StreamState state, StreamCursor cursor, StreamDelivery delivery)
    {
        var consumer = StreamConsumerReference.Of(GrainFactory, cursor.Subscription.Consumer);
        var start = time.GetTimestamp();
        for (var pause = s_firstPause; !_ended && !cursor.IsRemoved; pause = Longer(pause))
        {
            try
            {
                await consumer.Deliver(delivery);
                return;
            }
            catch (ClientNotAvailableException)
            {
                await Drop(state, cursor);
                return;
            }
            catch (Exception exception)
            {
                if (time.GetElapsedTime(start) + pause > Options.MaxEventDeliveryTime)
                {
                    await GiveUp(state, cursor, consumer, exception);
                    return;
                }

                LogTriedAgain(exception, state.Id, cursor.Subscription.Consumer);
                await Task.Delay(pause, time);
            }
        }
    }

    private async Task GiveUp(StreamState state, StreamCursor cursor, StreamConsumerReference consumer, Exception exception)
    {
        LogGivenUp(exception, state.Id, cursor.Subscription.Consumer);
        try
        {
            await consumer.Fail(_provider.Name, state.Id, cursor.Subscription, exception);
        }
        catch (Exception second)
        {
            LogGivenUp(second, state.Id, cursor.Subscription.Consumer);
            if (consumer.IsClient) await Drop(state, cursor);
        }
    }

    // A client that is gone does not come back: it subscribes anew.
    private async Task Drop(StreamState state, StreamCursor cursor)
    {
        cursor.IsRemoved = true;
        state.Cursors.Remove(cursor.Subscription.Id);
        try
        {
            await _provider.PubSub(state.Id).Unsubscribe(this.GetPrimaryKeyString(), state.Id, cursor.Subscription.Id);
        }
        catch (Exception exception)
        {
            LogGivenUp(exception, state.Id, cursor.Subscription.Consumer);
        }
    }

    private Task Trim()
    {
        var oldest = time.GetUtcNow().UtcDateTime - Options.StreamInactivityPeriod;
        foreach (var state in _streams.Values.ToArray())
        {
            while (state.Released > 0 && state[0].At < oldest) Forget(state);
            if (state.Count == 0 && state.UsedAt < oldest && !state.IsLoading && !state.Cursors.Values.Any(c => c.IsPumping))
                _streams.Remove(state.Id);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The subscribers of stream {Stream} could not be read; it is tried again.")]
    private partial void LogSubscribersUnknown(Exception exception, StreamId stream);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An event of stream {Stream} could not be delivered to {Consumer}; it is tried again.")]
    private partial void LogTriedAgain(Exception exception, StreamId stream, GrainId consumer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event of stream {Stream} could not be delivered to {Consumer} and is passed over.")]
    private partial void LogGivenUp(Exception exception, StreamId stream, GrainId consumer);
}
