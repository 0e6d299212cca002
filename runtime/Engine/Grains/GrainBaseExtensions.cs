using Orleans.Runtime;

namespace Orleans;

/// <summary>What a grain asks of its activation. Inside a grain class these are called with <c>this.</c>.</summary>
public static class GrainBaseExtensions
{
    /// <summary>Ends the activation after its running requests; the next call makes a new one.</summary>
    public static void DeactivateOnIdle(this IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        grain.GrainContext.Deactivate(new DeactivationReason(
            DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));
    }

    /// <summary>Starts a timer of this grain.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">Runs at each tick. An exception is logged, and the timer goes on.</param>
    /// <param name="options">Schedule and manners.</param>
    public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, GrainTimerCreationOptions options) =>
        Register(grain, static (c, _) => c(), NotNull(callback), options);

    /// <summary>Starts a timer of this grain.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">Runs at each tick. An exception is logged, and the timer goes on.</param>
    /// <param name="dueTime">Time until the first tick.</param>
    /// <param name="period">Time from the end of a tick to the next.</param>
    public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(grain, callback, new GrainTimerCreationOptions(dueTime, period));

    /// <summary>Starts a timer of this grain; the token fires when the timer or the activation ends.</summary>
    /// <inheritdoc cref="RegisterGrainTimer(IGrainBase, Func{Task}, GrainTimerCreationOptions)"/>
    public static IGrainTimer RegisterGrainTimer(
        this IGrainBase grain, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options) =>
        Register(grain, static (c, token) => c(token), NotNull(callback), options);

    /// <summary>Starts a timer of this grain; the token fires when the timer or the activation ends.</summary>
    /// <inheritdoc cref="RegisterGrainTimer(IGrainBase, Func{Task}, TimeSpan, TimeSpan)"/>
    public static IGrainTimer RegisterGrainTimer(
        this IGrainBase grain, Func<CancellationToken, Task> callback, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(grain, callback, new GrainTimerCreationOptions(dueTime, period));

    /// <summary>Starts a timer of this grain that gives <paramref name="state"/> to each tick.</summary>
    /// <inheritdoc cref="RegisterGrainTimer(IGrainBase, Func{Task}, GrainTimerCreationOptions)"/>
    public static IGrainTimer RegisterGrainTimer<TState>(
        this IGrainBase grain, Func<TState, Task> callback, TState state, GrainTimerCreationOptions options) =>
        Register(grain, static (t, _) => t.callback(t.state), (callback: NotNull(callback), state), options);

    /// <summary>Starts a timer of this grain that gives <paramref name="state"/> to each tick.</summary>
    /// <inheritdoc cref="RegisterGrainTimer(IGrainBase, Func{Task}, TimeSpan, TimeSpan)"/>
    public static IGrainTimer RegisterGrainTimer<TState>(
        this IGrainBase grain, Func<TState, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(grain, callback, state, new GrainTimerCreationOptions(dueTime, period));

    /// <summary>
    /// Starts a timer of this grain that gives <paramref name="state"/> to each tick; the token fires when the timer or the
    /// activation ends.
    /// </summary>
    /// <inheritdoc cref="RegisterGrainTimer(IGrainBase, Func{Task}, GrainTimerCreationOptions)"/>
    public static IGrainTimer RegisterGrainTimer<TState>(
        this IGrainBase grain, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        Register(grain, NotNull(callback), state, options);

    /// <summary>
    /// Starts a timer of this grain that gives <paramref name="state"/> to each tick; the token fires when the timer or the
    /// activation ends.
    /// </summary>
    /// <inheritdoc cref="RegisterGrainTimer(IGrainBase, Func{Task}, TimeSpan, TimeSpan)"/>
    public static IGrainTimer RegisterGrainTimer<TState>(
        this IGrainBase grain, Func<TState, CancellationToken, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
        Register(grain, NotNull(callback), state, new GrainTimerCreationOptions(dueTime, period));

    private static IGrainTimer Register<TState>(
        IGrainBase grain, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(grain);
        (grain as Grain)?.CheckAccess();
        var runtime = grain is Grain typed ? typed.Runtime : Grain.GrainRuntimeOf(grain.GrainContext);
        return runtime.TimerRegistry.RegisterGrainTimer(grain.GrainContext, callback, state, options);
    }

    private static T NotNull<T>(T callback)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(callback);
        return callback;
    }
}
