using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;

namespace OrleansSocial.Kernel;

/// <summary>Sends a call again whose silo went away under way, so that a client does not hear of it.</summary>
/// <remarks>
/// Whether the first one was carried out is not known, so only calls are repeated that may be carried out twice; their routes and hub
/// methods say so. An outage of the storage, a queue that is full and a call without an answer are told at once: there, more calls make it worse.
/// Whoever uses it does so in a <c>catch</c>: a call that succeeds pays nothing.
/// </remarks>
public sealed class Repeater(TimeSpan patience, TimeProvider clock, IHostApplicationLifetime process)
{
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(1);

    /// <summary>Whether a call that ended so is sent again. This node's own end is none: another node answers.</summary>
    public bool Repeats(Exception fault) => patience > TimeSpan.Zero && !process.ApplicationStopping.IsCancellationRequested && Outage.IsOfTheCluster(fault);

    /// <summary>Sends a call again until it succeeds, fails for another reason, or the patience is at its end; then its last fault is thrown.</summary>
    /// <param name="fault">How it ended the first time.</param>
    /// <param name="state">What <paramref name="call"/> needs.</param>
    /// <param name="call">The call.</param>
    /// <param name="aborted">Nobody waits for the answer any more.</param>
    public async ValueTask<T> Again<T, TState>(Exception fault, TState state, Func<TState, ValueTask<T>> call, CancellationToken aborted)
    {
        var last = ExceptionDispatchInfo.Capture(fault);
        var began = clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            var pause = PauseBefore(tries, Random.Shared.NextDouble());
            if (clock.GetElapsedTime(began) + pause > patience || process.ApplicationStopping.IsCancellationRequested) last.Throw();

            await Task.Delay(pause, clock, aborted);
            try
            {
                return await call(state);
            }
            catch (Exception next) when (Repeats(next))
            {
                last = ExceptionDispatchInfo.Capture(next);
            }
        }
    }

    /// <summary>Twice as long each time, and by chance up to a half less, so that calls that failed together do not come back together.</summary>
    internal static TimeSpan PauseBefore(int tries, double chance)
    {
        var whole = tries < 10 ? s_pauseMin * (1 << tries) : s_pauseMax;
        return (whole < s_pauseMax ? whole : s_pauseMax) * (1 - (chance / 2));
    }
}
