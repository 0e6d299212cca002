using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>A timer of one activation. It ends with the activation, or when it is disposed.</summary>
    public interface IGrainTimer : IDisposable
    {
        /// <summary>Sets a new schedule. Within the timer's own callback it takes effect after the callback returns.</summary>
        /// <param name="dueTime">Time until the next tick; <see cref="Timeout.InfiniteTimeSpan"/> for never.</param>
        /// <param name="period">Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for no further ticks.</param>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative and not infinite, or above 4294967294 ms.</exception>
        void Change(TimeSpan dueTime, TimeSpan period);
    }

    /// <summary>The schedule and the manners of a grain timer.</summary>
    public readonly struct GrainTimerCreationOptions
    {
        /// <summary>The schedule, with ticks that neither interleave nor keep the grain alive.</summary>
        [SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
        {
            DueTime = dueTime;
            Period = period;
        }

        /// <summary>Time until the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none until the timer is changed.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for a single tick.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>Whether ticks run beside requests at their await points. False by default: a tick waits its turn.</summary>
        public bool Interleave { get; init; }

        /// <summary>Whether each tick counts as activity of the grain. False by default.</summary>
        public bool KeepAlive { get; init; }
    }
}

namespace Orleans.Timers
{
    /// <summary>Registers timers of activations.</summary>
    public interface ITimerRegistry
    {
        /// <summary>Starts a timer of that activation.</summary>
        /// <param name="grainContext">The activation that the ticks run on.</param>
        /// <param name="callback">Runs at each tick; its token fires when the timer or the activation ends.</param>
        /// <param name="state">Given to each tick.</param>
        /// <param name="options">Schedule and manners.</param>
        IGrainTimer RegisterGrainTimer<TState>(
            IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}
