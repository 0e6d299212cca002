using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Grains;

/// <summary>What a grain costs that is called for the first time, and what it holds afterwards.</summary>
internal static class ActivationBenchmarks
{
    private const int Callers = 100;

    public static async Task Run(Bench bench, string database)
    {
        await using var hosts = await GrainHosts.Start(database);
        var section = bench.Section("Activations", $"Grains that are called for the first time, by {Callers} callers at once.", SocialTarget.OurName, GrainBenchmarks.Bare);
        await Compare<IEchoGrain>(bench, section, hosts, "activations, default placement");
        await Compare<IFarGrain>(bench, section, hosts, "activations, random placement");
        await Compare<INearGrain>(bench, section, hosts, "activations, local placement");

        var grains = bench.Settings.Size(10_000, 500);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Activate<IEchoGrain>(hosts.Ours, 1_000_000_000, grains);
        section.Add("memory", "held by each", "bytes", Better.Lower, SocialTarget.OurName, (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)grains);
    }

    /// <summary>Calls grains for the first time that have keys from <paramref name="first"/> on.</summary>
    public static Task Activate<TGrain>(IGrainFactory factory, long first, int grains)
        where TGrain : IPlacedGrain => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < grains; i += Callers) await factory.GetGrain<TGrain>(first + i).Ping();
        })));

    /// <summary>Compares activations of one kind of grain; each sample has keys of its own.</summary>
    public static Task Compare<TGrain>(Bench bench, Section section, GrainHosts hosts, string what, int helper = 0)
        where TGrain : IPlacedGrain
    {
        var (grains, bare, ours) = (bench.Settings.Size(10_000, 500), 1_000_000L, 1_000_000L);
        return GrainBenchmarks.Compare(
            bench, section, what, grains, () => Activate<TGrain>(hosts.Bare, bare += grains, grains), () => Activate<TGrain>(hosts.Ours, ours += grains, grains), helper);
    }
}
