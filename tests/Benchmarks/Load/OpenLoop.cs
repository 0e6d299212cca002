using System.Diagnostics;

namespace OrleansSocial.Benchmarks.Load;

/// <summary>What came of an offered rate.</summary>
/// <param name="Offered">How many were to be made.</param>
/// <param name="Done">How many were made and answered.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Missed">How many were not made because too many were under way.</param>
/// <param name="Held">How many were not taken for the rate of a limit, or not made because of it.</param>
/// <param name="Seconds">How long it took until all were answered.</param>
/// <param name="Answers">From when each was to be made to its answer.</param>
internal sealed record OpenResult(long Offered, long Done, long Failed, long Missed, long Held, double Seconds, Latencies Answers);

/// <summary>Calls made at a rate, whether or not those before are answered.</summary>
/// <remarks>
/// Each call is timed from the moment at which it was to be made. A server that stalls is charged for all whom the stall keeps waiting, and not only for
/// those who happened to be under way: that is what coordinated omission leaves out.
/// </remarks>
internal static class OpenLoop
{
    private const int UnderWayMax = 20_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Makes calls until the seconds are over, and waits for their answers.</summary>
    /// <param name="rate">How many a second.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="call">Makes the call of a number; the time stamp is when it was to be made. False when a limit held it back.</param>
    /// <param name="stop">Ends it before its time.</param>
    public static async Task<OpenResult> Run(double rate, double seconds, Func<long, long, Task<bool>> call, CancellationToken stop)
    {
        var (total, next, done, failed, missed, held, underWay) = ((long)Math.Max(1, rate * seconds), 0L, 0L, 0L, 0L, 0L, 0);
        var answers = new Latencies();
        var start = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (next < total && !stop.IsCancellationRequested)
        {
            var due = Math.Min(total, 1 + (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate));
            for (; next < due; next++)
            {
                if (Volatile.Read(ref underWay) >= UnderWayMax) missed++;
                else _ = One(next, start + (long)(next / rate * Stopwatch.Frequency));
            }

            await tick.WaitForNextTickAsync(CancellationToken.None);
        }

        var sent = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref underWay) > 0 && Stopwatch.GetElapsedTime(sent) < s_patience) await tick.WaitForNextTickAsync(CancellationToken.None);
        return new(next, Interlocked.Read(ref done), Interlocked.Read(ref failed) + Volatile.Read(ref underWay), missed, Interlocked.Read(ref held), Stopwatch.GetElapsedTime(start).TotalSeconds, answers);

        async Task One(long number, long intended)
        {
            Interlocked.Increment(ref underWay);
            try
            {
                if (await call(number, intended))
                {
                    answers.Since(intended);
                    Interlocked.Increment(ref done);
                }
                else
                {
                    Interlocked.Increment(ref held);
                }
            }
            catch (Exception)
            {
                // Whoever makes the calls says what failed; here it is counted.
                Interlocked.Increment(ref failed);
            }
            finally
            {
                Interlocked.Decrement(ref underWay);
            }
        }
    }
}
