namespace OrleansSocial.Support;

/// <summary>Waits for what another thread or process brings about, without sleeping for a guessed time.</summary>
public static class Waiting
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Waits until <paramref name="assertion"/> no longer throws; fails with its last exception.</summary>
    public static Task Eventually(Action assertion)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        return Eventually(() =>
        {
            assertion();
            return Task.CompletedTask;
        });
    }

    /// <summary>Waits until <paramref name="assertion"/> no longer fails; fails with its last exception, which tells what was expected and what was seen.</summary>
    public static async Task Eventually(Func<Task> assertion, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (clock.GetElapsedTime(start) < (patience ?? s_patience))
            {
                await poll.WaitForNextTickAsync();
            }
        }
    }

    /// <summary>The result of a task that is expected soon; fails with what was expected when it does not come.</summary>
    public static async Task<T> Soon<T>(this Task<T> task, string what)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            return await task.WaitAsync(s_patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new Xunit.Sdk.XunitException($"Expected {what} within {s_patience}, and it did not come.");
        }
    }
}
