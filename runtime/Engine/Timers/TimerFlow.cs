namespace Orleans.Bundled;

/// <summary>Timers whose callbacks see nothing of the flow of execution that made them.</summary>
internal static class TimerFlow
{
    public static ITimer CreateTimerWithoutFlow(
        this TimeProvider time, TimerCallback callback, object state, TimeSpan dueTime, TimeSpan period)
    {
        if (ExecutionContext.IsFlowSuppressed()) return time.CreateTimer(callback, state, dueTime, period);
        using (ExecutionContext.SuppressFlow()) return time.CreateTimer(callback, state, dueTime, period);
    }
}
