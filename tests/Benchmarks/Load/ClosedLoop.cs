using System.Diagnostics;

namespace OrleansSocial.Benchmarks.Load;

/// <summary>What callers in this process saw who had one call under way each, and what it cost.</summary>
internal sealed record LoopSample(double Rate, Latencies Answers, double SiloMicros, double PostgresMicros);

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
        var answers = new Latencies();
        var (silo, postgres) = (Environment.CpuUsage.TotalTime, ProcessTimes.OfPostgres(postmaster));
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(number => Task.Run(async () =>
        {
            var call = caller(number);
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            {
                var began = Stopwatch.GetTimestamp();
                await call();
                answers.Since(began);
            }
        })));

        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(
            answers.Count / took,
            answers,
            (Environment.CpuUsage.TotalTime - silo).TotalMicroseconds / answers.Count,
            (ProcessTimes.OfPostgres(postmaster) - postgres).TotalMicroseconds / answers.Count);
    }
}
