using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>One silo without a product, and how its figures are taken.</summary>
internal static class BenchmarkSilo
{
    private const int Samples = 5;

    public static async Task<IHost> Start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public static IGrainFactory Grains(this IHost host) => host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>The median of five samples, after one that warms up.</summary>
    public static async Task<double> Median(Func<Task<double>> sample)
    {
        await sample();
        var figures = new double[Samples];
        for (var i = 0; i < Samples; i++) figures[i] = await sample();
        Array.Sort(figures);
        return figures[Samples / 2];
    }

    /// <summary>Seconds that work takes, started on the thread pool as requests of a server are.</summary>
    public static async Task<double> Seconds(Func<Task> work)
    {
        GC.Collect();
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        await Task.Run(work);
        return clock.GetElapsedTime(start).TotalSeconds;
    }
}
