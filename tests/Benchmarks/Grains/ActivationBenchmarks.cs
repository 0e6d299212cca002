using System.Globalization;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a grain costs that is called for the first time, and what it holds afterwards.</summary>
internal static class ActivationBenchmarks
{
    private const int Grains = 500_000;
    private const int Callers = 100;

    public static async Task Run()
    {
        using var host = await BenchmarkSilo.Start();
        var grains = host.Grains();
        var next = 1_000_000L;
        var bytes = 0.0;
        var rate = await BenchmarkSilo.Median(async () =>
        {
            var first = next;
            next += Grains;
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var seconds = await BenchmarkSilo.Seconds(() => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                for (var i = caller; i < Grains; i += Callers) await grains.GetGrain<IEchoGrain>(first + i).Ping();
            }))));
            bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Grains;
            return Grains / seconds;
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{"activations",-32} {rate / 1e3,8:F0} k/s, {bytes:F0} bytes each"));
        await host.StopAsync();
    }
}
