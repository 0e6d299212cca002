using System.Globalization;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a grain costs that is called for the first time, and what it holds afterwards.</summary>
internal static class ActivationBenchmarks
{
    private const int Grains = 10_000;
    private const int Callers = 100;

    public static async Task Run(string database)
    {
        await using var hosts = await GrainHosts.Start(database);
        GrainBenchmarks.PrintHeading();
        await Compare<IEchoGrain>(hosts, "activations");
        await Compare<IFarGrain>(hosts, "activations, random placement");
        await Compare<INearGrain>(hosts, "activations, local placement");

        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Activate<IEchoGrain>(hosts.Ours, 1_000_000_000);
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Grains;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory held by each: {bytes:F0} bytes"));
    }

    /// <summary>Calls grains for the first time that have keys from <paramref name="first"/> on.</summary>
    public static Task Activate<TGrain>(IGrainFactory grains, long first)
        where TGrain : IPlacedGrain => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < Grains; i += Callers) await grains.GetGrain<TGrain>(first + i).Ping();
        })));

    /// <summary>Compares activations of one kind of grain; each sample has keys of its own.</summary>
    public static Task Compare<TGrain>(GrainHosts hosts, string what, int helper = 0)
        where TGrain : IPlacedGrain
    {
        var (bare, ours) = (1_000_000L, 1_000_000L);
        return GrainBenchmarks.Compare(
            what, Grains, () => Activate<TGrain>(hosts.Bare, bare += Grains), () => Activate<TGrain>(hosts.Ours, ours += Grains), helper);
    }
}
