using System.Globalization;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What some work took: time on the wall, and processor time of the processes that did it.</summary>
internal readonly record struct Took(double WallSeconds, double ProcessorSeconds);

/// <summary>The benchmarks of grains alone: the product's host beside a bare Orleans, sample by sample in turn.</summary>
internal static class GrainBenchmarks
{
    private const int Samples = 5;

    /// <summary>Runs all, or those that are named: <c>calls</c>, <c>activations</c>, <c>idle</c>.</summary>
    public static async Task Run(string[] names)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        if (names.Length == 0 || names.Contains("calls")) await GrainCallBenchmarks.Run(await postgres.CreateDatabase());
        if (names.Length == 0 || names.Contains("activations")) await ActivationBenchmarks.Run(await postgres.CreateDatabase());
        if (names.Length == 0 || names.Contains("idle")) await IdleBenchmarks.Run(await postgres.CreateDatabase());
    }

    /// <summary>Prints the heading of the lines of <see cref="Compare"/>.</summary>
    public static void PrintHeading()
    {
        Console.WriteLine("| | bare us | ours us | ours k/s | rate, of bare | processor us, bare | ours | of bare |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
    }

    /// <summary>Prints medians of five samples of each host, taken in turn after one that warms up, and the medians of the ratios of neighbours.</summary>
    /// <param name="what">The line's name.</param>
    /// <param name="operations">How many operations one piece of work is.</param>
    /// <param name="bare">The work on the bare Orleans.</param>
    /// <param name="ours">The same on the product's host.</param>
    /// <param name="helper">Another process whose processor time counts too; 0 for none.</param>
    public static async Task Compare(string what, int operations, Func<Task> bare, Func<Task> ours, int helper = 0)
    {
        await Time(bare, helper);
        await Time(ours, helper);
        var (theirs, own) = (new Took[Samples], new Took[Samples]);
        for (var i = 0; i < Samples; i++) (theirs[i], own[i]) = (await Time(bare, helper), await Time(ours, helper));

        var (wall, ownWall) = (Median(theirs.Select(t => t.WallSeconds)) / operations, Median(own.Select(t => t.WallSeconds)) / operations);
        var (processor, ownProcessor) = (Median(theirs.Select(t => t.ProcessorSeconds)) / operations, Median(own.Select(t => t.ProcessorSeconds)) / operations);
        var rate = Median(theirs.Zip(own, (t, o) => t.WallSeconds / o.WallSeconds));
        var cost = Median(theirs.Zip(own, (t, o) => o.ProcessorSeconds / t.ProcessorSeconds));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {wall * 1e6:F2} | {ownWall * 1e6:F2} | {1e-3 / ownWall:F0} | {rate:F2} | {processor * 1e6:F2} | {ownProcessor * 1e6:F2} | {cost:F2} |"));
    }

    /// <summary>The middle one.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    // Work starts on the thread pool, as requests of a server do.
    private static async Task<Took> Time(Func<Task> work, int helper)
    {
        GC.Collect();
        var clock = TimeProvider.System;
        TimeSpan Used() => Environment.CpuUsage.TotalTime + (helper == 0 ? TimeSpan.Zero : ProcessTimes.Of(helper));
        var (start, used) = (clock.GetTimestamp(), Used());
        await Task.Run(work);
        return new Took(clock.GetElapsedTime(start).TotalSeconds, (Used() - used).TotalSeconds);
    }
}
