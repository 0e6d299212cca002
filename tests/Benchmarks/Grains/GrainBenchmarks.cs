using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What some work took: time on the wall, processor time of the processes that did it, and what this one allocated.</summary>
internal readonly record struct Took(double WallSeconds, double ProcessorSeconds, long Bytes);

/// <summary>The benchmarks of grains alone: the product's host beside a bare Orleans, sample by sample in turn.</summary>
internal static class GrainBenchmarks
{
    /// <summary>The side that stands beside ours.</summary>
    public const string Bare = "a bare Orleans";

    /// <summary>The parts that can be asked for.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["calls", "activations", "idle"];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        if (bench.Settings.Wants("calls")) await GrainCallBenchmarks.Run(bench, await postgres.CreateDatabase());
        if (bench.Settings.Wants("activations")) await ActivationBenchmarks.Run(bench, await postgres.CreateDatabase());
        if (bench.Settings.Wants("idle")) await IdleBenchmarks.Run(bench, await postgres.CreateDatabase());
    }

    /// <summary>Adds the samples of each host, taken in turn after one that warms up.</summary>
    /// <param name="bench">Whom to tell how far it is.</param>
    /// <param name="section">Where they go.</param>
    /// <param name="what">The line's name.</param>
    /// <param name="operations">How many operations one piece of work is.</param>
    /// <param name="bare">The work on the bare Orleans.</param>
    /// <param name="ours">The same on the product's host.</param>
    /// <param name="helper">Another process whose processor time counts too; 0 for none.</param>
    public static async Task Compare(Bench bench, Section section, string what, int operations, Func<Task> bare, Func<Task> ours, int helper = 0)
    {
        bench.Steps(bench.Settings.Rounds);
        await Time(bare, helper);
        await Time(ours, helper);
        for (var round = 0; round < bench.Settings.Rounds; round++)
        {
            bench.Step(what, round);
            foreach (var (side, work) in new[] { (Bare, bare), (SocialTarget.OurName, ours) })
            {
                var took = await Time(work, helper);
                section.Add(what, "time", "us an operation", Better.Lower, side, took.WallSeconds * 1e6 / operations);
                section.Add(what, "processor time", "us an operation", Better.Lower, side, took.ProcessorSeconds * 1e6 / operations);
                section.Add(what, "allocated in this process", "bytes an operation", Better.Lower, side, took.Bytes / (double)operations);
            }
        }
    }

    // Work starts on the thread pool, as requests of a server do.
    private static async Task<Took> Time(Func<Task> work, int helper)
    {
        GC.Collect();
        var clock = TimeProvider.System;
        TimeSpan Used() => Environment.CpuUsage.TotalTime + (helper == 0 ? TimeSpan.Zero : ProcessTimes.Of(helper));
        var (start, used, bytes) = (clock.GetTimestamp(), Used(), GC.GetTotalAllocatedBytes(precise: true));
        await Task.Run(work);
        return new Took(clock.GetElapsedTime(start).TotalSeconds, (Used() - used).TotalSeconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }
}
