using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// The activation that owns the current thread's turn. It belongs to the thread, not to the flow of execution: it is gone
/// after <c>ConfigureAwait(false)</c> and inside <c>Task.Run</c>, which is how calls from outside a turn are recognised.
/// </summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static IGrainContext? t_current;

    public static IGrainContext? Current
    {
        get => t_current;
        set => t_current = value;
    }
}
