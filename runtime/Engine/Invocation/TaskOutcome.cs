using System.Runtime.CompilerServices;

namespace Orleans.Bundled;

/// <summary>Hands exceptions between tasks without changing them.</summary>
internal static class TaskOutcome
{
    /// <summary>The exception an ended task ended in; null when it succeeded.</summary>
    public static Exception? Outcome(this Task task) =>
        task.IsFaulted ? task.Exception!.InnerException : task.IsCanceled ? new TaskCanceledException(task) : null;

    /// <summary>Fails a promise with the very exception object; a cancellation leaves it cancelled.</summary>
    public static bool TryFail<T>(this TaskCompletionSource<T> promise, Exception exception)
    {
        if (exception is not OperationCanceledException) return promise.TrySetException(exception);
        var cancelled = AsyncTaskMethodBuilder<T>.Create();
        cancelled.SetException(exception);
        return promise.TrySetFromTask(cancelled.Task);
    }

    /// <inheritdoc cref="TryFail{T}"/>
    public static bool TryFail(this TaskCompletionSource promise, Exception exception)
    {
        if (exception is not OperationCanceledException) return promise.TrySetException(exception);
        var cancelled = AsyncTaskMethodBuilder.Create();
        cancelled.SetException(exception);
        return promise.TrySetFromTask(cancelled.Task);
    }
}
