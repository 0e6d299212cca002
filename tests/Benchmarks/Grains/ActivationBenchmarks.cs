using System.Globalization;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a grain costs that is called for the first time, and what it holds afterwards.</summary>
internal static class ActivationBenchmarks
{
    private const int Grains = 300_000;
    private const int Callers = 100;

    public static async Task Run()
    {
        using var host = await GrainBenchmarks.Start();
        var grains = host.Grains();
        var next = 1_000_000L;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await GrainBenchmarks.Print("activations", Grains, () =>
        {
            var first = next;
            next += Grains;
            return Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                for (var i = caller; i < Grains; i += Callers) await grains.GetGrain<IEchoGrain>(first + i).Ping();
            })));
        });
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)(next - 1_000_000L);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"memory held by each",-30} {bytes,8:F0} bytes"));
        await host.StopAsync();
    }
}
