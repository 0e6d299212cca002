using Orleans.Runtime;

namespace Orleans.Streams
{
    /// <summary>Gives streams of one kind. Get one with <c>GetStreamProvider</c>, by its name.</summary>
    public interface IStreamProvider
    {
        /// <summary>The name it is registered under.</summary>
        string Name { get; }

        /// <summary>Whether a subscription may start at an event that was sent before it.</summary>
        bool IsRewindable { get; }

        /// <summary>A stream. Nothing is sent or stored by that; every stream exists.</summary>
        IAsyncStream<T> GetStream<T>(StreamId streamId);
    }

#pragma warning disable CA1711 // The programming model names its streams so.
    /// <summary>A stream, whatever its events are.</summary>
    public interface IAsyncStream
    {
        /// <summary>Whether a subscription may start at an event that was sent before it.</summary>
        bool IsRewindable { get; }

        /// <summary>The provider's name.</summary>
        string ProviderName { get; }

        /// <summary>The stream's identity.</summary>
        StreamId StreamId { get; }
    }

    /// <summary>A stream: to send events into, and to subscribe to. Streams of one identity and provider are equal.</summary>
    public interface IAsyncStream<T> :
        IAsyncStream, IEquatable<IAsyncStream<T>>, IComparable<IAsyncStream<T>>,
        IAsyncObservable<T>, IAsyncBatchObservable<T>, IAsyncBatchProducer<T>
    {
        /// <summary>The subscriptions of the calling grain or client. A new activation resumes them, or their events are lost.</summary>
        Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
    }

#pragma warning restore CA1711

    /// <summary>Takes events one by one.</summary>
    /// <remarks>
    /// A producer's task completes when the event is queued, not when it is delivered. A consumer's task that fails is tried again
    /// for a while; then <see cref="OnErrorAsync"/> tells of it, and the event is passed over.
    /// </remarks>
    public interface IAsyncObserver<in T>
    {
        /// <summary>The next event.</summary>
        /// <param name="item">The event.</param>
        /// <param name="token">Its place in the stream. Producers give none: a queue in memory numbers its events itself.</param>
        Task OnNextAsync(T item, StreamSequenceToken? token = null);

        /// <summary>There will be no more events. A queue in memory does not pass it on: its streams never end.</summary>
        Task OnCompletedAsync() => Task.CompletedTask;

        /// <summary>An event could not be delivered. What a producer says here is not passed on.</summary>
        Task OnErrorAsync(Exception ex);
    }

    /// <summary>Takes events as they were sent, a batch at a time.</summary>
    public interface IAsyncBatchObserver<T>
    {
        /// <summary>The next events, in order.</summary>
        Task OnNextAsync(IList<SequentialItem<T>> items);

        /// <inheritdoc cref="IAsyncObserver{T}.OnCompletedAsync"/>
        Task OnCompletedAsync() => Task.CompletedTask;

        /// <summary>Events could not be delivered.</summary>
        Task OnErrorAsync(Exception ex);
    }

    /// <summary>Sends events one by one or in batches.</summary>
    public interface IAsyncBatchProducer<T> : IAsyncObserver<T>
    {
        /// <summary>Sends events that are queued together and delivered in order.</summary>
        Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null);
    }

    /// <summary>Something to subscribe to. Each subscription gets every event from then on.</summary>
    public interface IAsyncObservable<T>
    {
        /// <summary>
        /// Makes a new subscription of the calling grain or client; events that are sent afterwards reach it. A grain's
        /// subscription outlives the activation: the next one resumes it, and subscribing again makes a second one. A grain class
        /// that is subscribed implicitly attaches its handler by this, as often as it likes.
        /// </summary>
        /// <exception cref="InvalidOperationException">A stateless worker subscribes.</exception>
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);

        /// <summary>The same, from the event of a token on, as far as it is still held.</summary>
        /// <inheritdoc cref="SubscribeAsync(IAsyncObserver{T})"/>
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null);
    }

    /// <summary>Something to subscribe to by batches.</summary>
    public interface IAsyncBatchObservable<T>
    {
        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T})"/>
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer);

        /// <summary>The same, from the event of a token on, as far as it is still held.</summary>
        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T})"/>
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token);
    }

    /// <summary>One subscription. It can be passed in calls.</summary>
    [GenerateSerializer, Alias("Orleans.Streams.StreamSubscriptionHandle`1")]
    public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
    {
        /// <summary>The stream.</summary>
        public abstract StreamId StreamId { get; }

        /// <summary>The stream's provider.</summary>
        public abstract string ProviderName { get; }

        /// <summary>What tells this subscription from others.</summary>
        public abstract Guid HandleId { get; }

        /// <summary>Ends the subscription. One that is implicit stays; its handler is detached.</summary>
        public abstract Task UnsubscribeAsync();

        /// <summary>Attaches a handler, in place of the one there is; from the event of a token on, as far as it is still held.</summary>
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

        /// <inheritdoc cref="ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null);

        /// <inheritdoc/>
        public abstract bool Equals(StreamSubscriptionHandle<T>? other);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

        /// <inheritdoc/>
        public override int GetHashCode() => HandleId.GetHashCode();
    }

    /// <summary>How the subscribers of a provider's streams are found.</summary>
    public enum StreamPubSubType
    {
        /// <summary>Subscriptions that were made, and those of grain classes.</summary>
        ExplicitGrainBasedAndImplicit = 0,

        /// <summary>Subscriptions that were made.</summary>
        ExplicitGrainBasedOnly = 1,

        /// <summary>Those of grain classes; making others is refused.</summary>
        ImplicitOnly = 2,
    }

    /// <summary>Streams by the kinds of keys that they can have. The namespace comes first here.</summary>
    public static class StreamProviderExtensions
    {
        /// <summary>The stream without namespace whose key is a GUID.</summary>
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, Guid id) =>
            streamProvider.GetStream<T>(StreamId.Create(null, id));

        /// <summary>The stream without namespace whose key is an integer.</summary>
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, long id) =>
            streamProvider.GetStream<T>(StreamId.Create(null, id));

        /// <summary>The stream without namespace whose key is a text.</summary>
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string id) =>
            streamProvider.GetStream<T>(StreamId.Create(null, id));

        /// <summary>The stream whose key is a GUID.</summary>
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, Guid id) =>
            streamProvider.GetStream<T>(StreamId.Create(ns, id));

        /// <summary>The stream whose key is an integer.</summary>
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, long id) =>
            streamProvider.GetStream<T>(StreamId.Create(ns, id));

        /// <summary>The stream whose key is a text.</summary>
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, string id) =>
            streamProvider.GetStream<T>(StreamId.Create(ns, id));
    }

    /// <summary>Chooses which events of a stream a subscription is given. Register one with <c>AddStreamFilter</c>.</summary>
    public interface IStreamFilter
    {
        /// <summary>Whether the event is delivered to a subscription that was made with that data.</summary>
        bool ShouldDeliver(StreamId streamId, object item, string filterData);
    }
}

namespace Orleans.Streams.Core
{
    /// <summary>A grain that hears of its subscriptions when their events come and no handler is attached.</summary>
    public interface IStreamSubscriptionObserver
    {
        /// <summary>
        /// An event came for a subscription of this grain that this activation attached no handler to. Resume the handle to get it;
        /// otherwise it is dropped.
        /// </summary>
        Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
    }

    /// <summary>Gives the handle of one subscription.</summary>
    public interface IStreamSubscriptionHandleFactory
    {
        /// <summary>The stream.</summary>
        StreamId StreamId { get; }

        /// <summary>The stream's provider.</summary>
        string ProviderName { get; }

        /// <summary>The handle, for events of that type.</summary>
        StreamSubscriptionHandle<T> Create<T>();
    }
}
