using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Bundled;

/// <summary>Makes grain timers.</summary>
internal sealed class TimerRegistry(IServiceProvider services) : ITimerRegistry
{
    private readonly TimeProvider _time = Clocks.Of(services, TimeProviderNames.Grains);

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        ArgumentNullException.ThrowIfNull(callback);
        var due = GrainTimer.Checked(options.DueTime, nameof(options));
        var period = GrainTimer.Checked(options.Period, nameof(options));
        if (grainContext is not Activation activation)
            throw new ArgumentException("Timers are kept by activations of this silo.", nameof(grainContext));
        if (!ReferenceEquals(RuntimeContext.Current, activation))
        {
            throw new InvalidOperationException(
                $"Activation access violation: a timer of grain {activation.GrainId} was registered outside of its turns.");
        }

        var timer = new GrainTimer<TState>(activation, callback, state, options.Interleave, options.KeepAlive);
        activation.Extras.AddTimer(timer);
        timer.StartWith(_time, due, period);
        return timer;
    }
}
