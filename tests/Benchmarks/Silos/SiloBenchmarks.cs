using System.Diagnostics;
using System.Net;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Grains;
using OrleansSocial.Benchmarks.Load;

namespace OrleansSocial.Benchmarks.Silos;

/// <summary>Two clusters of two silos, a bare Orleans and the product's host: one silo of each in this process, the others in another one. Calls go over TCP on this machine.</summary>
internal static class SiloBenchmarks
{
    private const int Callers = 100;

    /// <summary>The argument of the process that holds the second silos: a database and the bare silo to join come after it.</summary>
    public const string Other = "--other";

    /// <summary>The parts that can be asked for.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["empty", "record", "sequential", "placement"];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        var database = await postgres.CreateDatabase();
        await using var hosts = await GrainHosts.Start(database);
        using var other = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(SiloBenchmarks).Assembly.Location, Other, database, hosts.BareEndpoint.ToString() },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            while (await other.StandardOutput.ReadLineAsync() is { } line && line != "ready") Console.Error.WriteLine(line);
            await Measure(bench, hosts, other.Id);
        }
        finally
        {
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }
    }

    private static async Task Measure(Bench bench, GrainHosts hosts, int other)
    {
        var (settings, callsEach, sequential) = (bench.Settings, bench.Settings.Size(1_000, 20), bench.Settings.Size(5_000, 200));
        var section = bench.Section("Two silos", "One silo of each cluster in this process, the other ones in a second process; calls go over TCP on this machine. The bare Orleans speaks plainly, ours by mutual TLS, as its nodes do unless they are told otherwise.", SocialTarget.OurName, GrainBenchmarks.Bare);
        var (bareKeys, ourKeys) = await hosts.KeysElsewhere(Callers);
        IFarGrain[] bare = [.. bareKeys.Select(key => hosts.Bare.GetGrain<IFarGrain>(key))], ours = [.. ourKeys.Select(key => hosts.Ours.GetGrain<IFarGrain>(key))];
        var note = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };
        Task Compare(string what, Func<IFarGrain, Task> call) => GrainBenchmarks.Compare(bench, section, what, Callers * callsEach, () => Crowd(bare, callsEach, call), () => Crowd(ours, callsEach, call), other);

        if (settings.Wants("empty")) await Compare("empty, 100 callers", grain => grain.Ping());
        if (settings.Wants("record")) await Compare("1 kB there and back, 100 callers", grain => grain.Echo(note));
        if (settings.Wants("sequential")) await GrainBenchmarks.Compare(bench, section, "one after the other", sequential, () => Alone(bare[0], sequential), () => Alone(ours[0], sequential), other);
        if (!settings.Wants("placement")) return;
        await ActivationBenchmarks.Compare<IEchoGrain>(bench, section, hosts, "activations, default placement", other);
        await ActivationBenchmarks.Compare<IFarGrain>(bench, section, hosts, "activations, random placement", other);
        await ActivationBenchmarks.Compare<INearGrain>(bench, section, hosts, "activations, local placement", other);
    }

    private static Task Crowd(IFarGrain[] grains, int callsEach, Func<IFarGrain, Task> call) => Task.WhenAll(grains.Select(grain => Task.Run(async () =>
    {
        for (var i = 0; i < callsEach; i++) await call(grain);
    })));

    private static async Task Alone(IFarGrain grain, int calls)
    {
        for (var i = 0; i < calls; i++) await grain.Ping();
    }

    /// <summary>The second silos, until the standard input ends.</summary>
    public static async Task RunOther(string database, IPEndPoint primary)
    {
        await using var hosts = await GrainHosts.Start(database, primary);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
    }
}
