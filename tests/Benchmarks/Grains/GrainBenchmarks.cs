using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What some work took: time on the wall, and processor time of the whole process.</summary>
internal readonly record struct Took(double WallSeconds, double ProcessorSeconds);

/// <summary>The benchmarks of the runtime alone: one silo without a product.</summary>
internal static class GrainBenchmarks
{
    private const int Samples = 5;

    /// <summary>Runs all, or those that are named: <c>calls</c>, <c>activations</c>, <c>idle</c>.</summary>
    public static async Task Run(string[] names)
    {
        if (names.Length == 0 || names.Contains("calls")) await GrainCallBenchmarks.Run();
        if (names.Length == 0 || names.Contains("activations")) await ActivationBenchmarks.Run();
        if (names.Length == 0 || names.Contains("idle")) await IdleBenchmarks.Run();
    }

    public static async Task<IHost> Start()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public static IGrainFactory Grains(this IHost host) => host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Prints the median of five samples, after one that warms up: time per operation, and operations per second.</summary>
    public static async Task Print(string what, int operations, Func<Task> work)
    {
        await Time(work);
        var samples = new Took[Samples];
        for (var i = 0; i < Samples; i++) samples[i] = await Time(work);
        var wall = Median(samples.Select(s => s.WallSeconds)) / operations;
        var processor = Median(samples.Select(s => s.ProcessorSeconds)) / operations;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-30} {wall * 1e6,8:F3} us  {1 / wall / 1e6,7:F3} M/s  {processor * 1e6,8:F3} us of processor"));
    }

    private static double Median(IEnumerable<double> figures) => figures.Order().ElementAt(Samples / 2);

    // Work starts on the thread pool, as requests of a server do.
    private static async Task<Took> Time(Func<Task> work)
    {
        GC.Collect();
        var clock = TimeProvider.System;
        var (start, used) = (clock.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await Task.Run(work);
        return new Took(clock.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }
}
