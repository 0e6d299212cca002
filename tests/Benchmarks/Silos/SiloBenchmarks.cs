using System.Diagnostics;
using System.Net;
using OrleansSocial.Benchmarks.Grains;

namespace OrleansSocial.Benchmarks.Silos;

/// <summary>Two clusters of two silos, a bare Orleans and the product's host: one silo of each in this process, the others in another one. Calls go over TCP on this machine.</summary>
internal static class SiloBenchmarks
{
    private const int Callers = 100;
    private const int CallsEach = 1_000;
    private const int Sequential = 5_000;
    private const string Other = "--other";

    /// <summary>Runs all, or those that are named: <c>empty</c>, <c>record</c>, <c>sequential</c>, <c>placement</c>; with <c>--other DATABASE PRIMARY</c> as the second silos, until the standard input ends.</summary>
    public static Task Run(string[] args) => args is [Other, var database, var primary]
        ? RunOther(database, IPEndPoint.Parse(primary))
        : RunBoth(args);

    private static async Task RunBoth(string[] names)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        var database = await postgres.CreateDatabase();
        await using var hosts = await GrainHosts.Start(database);
        using var other = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { typeof(SiloBenchmarks).Assembly.Location, "silos", Other, database, hosts.BareEndpoint.ToString() },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            while (await other.StandardOutput.ReadLineAsync() is { } line && line != "ready") Console.WriteLine(line);
            await Measure(hosts, other.Id, name => names.Length == 0 || names.Contains(name));
        }
        finally
        {
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }
    }

    private static async Task Measure(GrainHosts hosts, int other, Func<string, bool> asked)
    {
        var (bareKeys, ourKeys) = await hosts.KeysElsewhere(Callers);
        IFarGrain[] bare = [.. bareKeys.Select(key => hosts.Bare.GetGrain<IFarGrain>(key))], ours = [.. ourKeys.Select(key => hosts.Ours.GetGrain<IFarGrain>(key))];
        var note = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };
        Task Compare(string what, Func<IFarGrain, Task> call) => GrainBenchmarks.Compare(what, Callers * CallsEach, () => Crowd(bare, call), () => Crowd(ours, call), other);

        GrainBenchmarks.PrintHeading();
        if (asked("empty")) await Compare("empty, 100 callers", grain => grain.Ping());
        if (asked("record")) await Compare("1 kB there and back, 100 callers", grain => grain.Echo(note));
        if (asked("sequential")) await GrainBenchmarks.Compare("one after the other", Sequential, () => Alone(bare[0]), () => Alone(ours[0]), other);
        if (!asked("placement")) return;
        await ActivationBenchmarks.Compare<IEchoGrain>(hosts, "activations, default placement", other);
        await ActivationBenchmarks.Compare<IFarGrain>(hosts, "activations, random placement", other);
        await ActivationBenchmarks.Compare<INearGrain>(hosts, "activations, local placement", other);
    }

    private static Task Crowd(IFarGrain[] grains, Func<IFarGrain, Task> call) => Task.WhenAll(grains.Select(grain => Task.Run(async () =>
    {
        for (var i = 0; i < CallsEach; i++) await call(grain);
    })));

    private static async Task Alone(IFarGrain grain)
    {
        for (var i = 0; i < Sequential; i++) await grain.Ping();
    }

    private static async Task RunOther(string database, IPEndPoint primary)
    {
        await using var hosts = await GrainHosts.Start(database, primary);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
    }
}
