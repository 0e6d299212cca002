namespace Orleans.Bundled;

/// <summary>
/// When to send requests anew that found no connection with a silo: as soon as the view changes, and otherwise now and then. A silo
/// that died is a member until its lease has ended, so its grains' callers wait for that rather than fail, and fail if it
/// takes longer.
/// </summary>
internal sealed class NextChance(TimeProvider clock)
{
    /// <summary>How often one request is sent anew: for twice as long as a lease lasts by default.</summary>
    public const int ChancesMax = 12;

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private Task? _next;

    /// <summary>The view has changed.</summary>
    public void Tell() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    /// <summary>Completes at the next chance. All who wait at the same time share it.</summary>
    public Task Wait()
    {
        lock (_gate)
        {
            return _next is { IsCompleted: false } next ? next : _next = Task.WhenAny(Volatile.Read(ref _changed).Task, Task.Delay(s_period, clock));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
