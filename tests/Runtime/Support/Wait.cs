using Xunit.Sdk;

namespace Orleans.Conformance;

/// <summary>Waits for something that another thread brings about, without sleeping for a guessed time.</summary>
public static class Wait
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

    /// <summary>Waits until <paramref name="assertion"/> no longer fails; fails with its last exception.</summary>
    public static async Task Eventually(Func<Task> assertion)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception exception) when (clock.GetElapsedTime(start) < s_patience)
            {
                _ = exception;
            }

            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>The result of a task that is expected soon; fails when it does not come.</summary>
    public static async Task<T> Soon<T>(this Task<T> task, string what)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            return await task.WaitAsync(s_patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new XunitException($"Expected {what} within {s_patience}, and it did not come.");
        }
    }

    /// <summary>The end of a task that is expected soon; fails when it does not come.</summary>
    public static async Task Soon(this Task task, string what)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            await task.WaitAsync(s_patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new XunitException($"Expected {what} within {s_patience}, and it did not come.");
        }
    }
}
