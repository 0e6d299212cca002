using Orleans.Bundled;
using Orleans.Streams;

namespace Orleans.Bundled
{
    /// <summary>Delegates as an observer of events.</summary>
    internal sealed class DelegateObserver<T>(
        Func<T, StreamSequenceToken, Task> onNext, Func<Exception, Task>? onError, Func<Task>? onCompleted) : IAsyncObserver<T>
    {
        private readonly Func<T, StreamSequenceToken, Task> _onNext = onNext ?? throw new ArgumentNullException(nameof(onNext));

        public Task OnNextAsync(T item, StreamSequenceToken? token = null) => _onNext(item, token!);

        public Task OnCompletedAsync() => onCompleted?.Invoke() ?? Task.CompletedTask;

        public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;
    }

    /// <summary>Delegates as an observer of batches.</summary>
    internal sealed class DelegateBatchObserver<T>(
        Func<IList<SequentialItem<T>>, Task> onNext, Func<Exception, Task>? onError, Func<Task>? onCompleted) : IAsyncBatchObserver<T>
    {
        private readonly Func<IList<SequentialItem<T>>, Task> _onNext = onNext ?? throw new ArgumentNullException(nameof(onNext));

        public Task OnNextAsync(IList<SequentialItem<T>> items) => _onNext(items);

        public Task OnCompletedAsync() => onCompleted?.Invoke() ?? Task.CompletedTask;

        public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;
    }
}

namespace Orleans.Streams
{
    /// <summary>Subscribing with delegates in place of an observer.</summary>
    public static class AsyncObservableExtensions
    {
        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync));

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, null));

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Task> onCompletedAsync) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, null, onCompletedAsync));

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, null, null));

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T}, StreamSequenceToken?, string?)"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync, StreamSequenceToken token) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync), token);

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T}, StreamSequenceToken?, string?)"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync, StreamSequenceToken token) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, null), token);

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T}, StreamSequenceToken?, string?)"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Task> onCompletedAsync, StreamSequenceToken token) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, null, onCompletedAsync), token);

        /// <inheritdoc cref="IAsyncObservable{T}.SubscribeAsync(IAsyncObserver{T}, StreamSequenceToken?, string?)"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken, Task> onNextAsync, StreamSequenceToken token) =>
            Checked(obs).SubscribeAsync(new DelegateObserver<T>(onNextAsync, null, null), token);

        private static IAsyncObservable<T> Checked<T>(IAsyncObservable<T> obs)
        {
            ArgumentNullException.ThrowIfNull(obs);
            return obs;
        }
    }

    /// <summary>Subscribing by batches with delegates in place of an observer.</summary>
    public static class AsyncBatchObservableExtensions
    {
        /// <inheritdoc cref="IAsyncBatchObservable{T}.SubscribeAsync(IAsyncBatchObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync) =>
            Checked(obs).SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync));

        /// <inheritdoc cref="IAsyncBatchObservable{T}.SubscribeAsync(IAsyncBatchObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync) =>
            Checked(obs).SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync, null));

        /// <inheritdoc cref="IAsyncBatchObservable{T}.SubscribeAsync(IAsyncBatchObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Task> onCompletedAsync) =>
            Checked(obs).SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync, null, onCompletedAsync));

        /// <inheritdoc cref="IAsyncBatchObservable{T}.SubscribeAsync(IAsyncBatchObserver{T})"/>
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync) =>
            Checked(obs).SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync, null, null));

        private static IAsyncBatchObservable<T> Checked<T>(IAsyncBatchObservable<T> obs)
        {
            ArgumentNullException.ThrowIfNull(obs);
            return obs;
        }
    }

    /// <summary>Resuming with delegates in place of an observer.</summary>
    public static class StreamSubscriptionHandleExtensions
    {
        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Exception, Task> onErrorAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, null), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken, Task> onNextAsync, Func<Task> onCompletedAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateObserver<T>(onNextAsync, null, onCompletedAsync), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken, Task> onNextAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateObserver<T>(onNextAsync, null, null), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncBatchObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncBatchObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync, null), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncBatchObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Task> onCompletedAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateBatchObserver<T>(onNextAsync, null, onCompletedAsync), token);

        /// <inheritdoc cref="StreamSubscriptionHandle{T}.ResumeAsync(IAsyncBatchObserver{T}, StreamSequenceToken?)"/>
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, StreamSequenceToken? token = null) =>
            Checked(handle).ResumeAsync(new DelegateBatchObserver<T>(onNextAsync, null, null), token);

        private static StreamSubscriptionHandle<T> Checked<T>(StreamSubscriptionHandle<T> handle)
        {
            ArgumentNullException.ThrowIfNull(handle);
            return handle;
        }
    }
}
