namespace OrleansSocial.Benchmarks;

/// <summary>What callers in this process saw who had one call under way each, and what it cost.</summary>
internal sealed record LoopSample(double Rate, double P50, double P99, double SiloMicros, double PostgresMicros);

/// <summary>A closed loop in the process of the silo.</summary>
internal static class ClosedLoop
{
    /// <summary>Lets callers call, each as soon as its last call is answered, until the seconds are over.</summary>
    /// <param name="callers">How many.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="postmaster">The process of PostgreSQL.</param>
    /// <param name="caller">Makes the call of a caller, by its number.</param>
    public static async Task<LoopSample> Run(int callers, double seconds, int postmaster, Func<int, Func<Task>> caller)
    {
        var clock = TimeProvider.System;
        var waits = new List<double>[callers];
        var (silo, postgres) = (Environment.CpuUsage.TotalTime, ProcessTimes.OfPostgres(postmaster));
        var start = clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(number => Task.Run(async () =>
        {
            var (mine, call) = (waits[number] = [], caller(number));
            while (clock.GetElapsedTime(start).TotalSeconds < seconds)
            {
                var began = clock.GetTimestamp();
                await call();
                mine.Add(clock.GetElapsedTime(began).TotalMilliseconds);
            }
        })));

        var took = clock.GetElapsedTime(start).TotalSeconds;
        var all = waits.SelectMany(w => w).Order().ToList();
        return new(
            all.Count / took, all[all.Count / 2], all[(int)(all.Count * 0.99)],
            (Environment.CpuUsage.TotalTime - silo).TotalMicroseconds / all.Count,
            (ProcessTimes.OfPostgres(postmaster) - postgres).TotalMicroseconds / all.Count);
    }
}
