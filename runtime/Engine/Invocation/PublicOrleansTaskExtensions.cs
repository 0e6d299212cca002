namespace Orleans;

/// <summary>Helpers for tasks in grains.</summary>
public static class PublicOrleansTaskExtensions
{
    /// <summary>Lets a task run unattended: whatever it throws is observed and dropped.</summary>
    public static void Ignore(this Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsCompleted)
        {
            _ = task.Exception;
            return;
        }

        task.ContinueWith(
            static ended => _ = ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
