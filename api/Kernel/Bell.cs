namespace OrleansSocial.Kernel;

/// <summary>Wakes one loop. Rung while the loop is busy it wakes it once more; rung again meanwhile it changes nothing.</summary>
internal sealed class Bell(TimeProvider clock)
{
    private TaskCompletionSource _rung = New();

    /// <summary>Wakes the loop.</summary>
    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Waits for the bell; false when it was not rung for so long.</summary>
    public async Task<bool> Wait(TimeSpan atMost, CancellationToken cancellation)
    {
        await _rung.Task.WaitAsync(atMost, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (!_rung.Task.IsCompleted) return false;

        // A ring before this belongs to what the loop does next.
        Volatile.Write(ref _rung, New());
        return true;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
