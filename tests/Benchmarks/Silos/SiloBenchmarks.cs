using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Hosting;
using OrleansSocial.Benchmarks.Grains;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Silos;

/// <summary>Calls from a silo in this process to grains of a silo in another one, over TCP on this machine.</summary>
internal static class SiloBenchmarks
{
    private const int Callers = 100;
    private const int CallsEach = 5_000;
    private const int Sequential = 20_000;
    private const string Other = "--other";

    /// <summary>Runs all, or those that are named: <c>empty</c>, <c>record</c>, <c>sequential</c>; with <c>--other OWN GATEWAY PRIMARY</c> as the second silo, until its standard input ends.</summary>
    public static Task Run(string[] args) => args is [Other, var own, var gateway, var primary]
        ? RunOther(Number(own), Number(gateway), Number(primary))
        : RunBoth(args);

    private static async Task RunBoth(string[] names)
    {
        var port = FreePort.Find();
        using var host = await Start(port, FreePort.Find(), primary: null);
        using var other = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList =
            {
                typeof(SiloBenchmarks).Assembly.Location, "silos", Other, Text(FreePort.Find()), Text(FreePort.Find()), Text(port),
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            await other.StandardOutput.ReadLineAsync();
            await Measure(host.Grains(), await OfOther(host), name => names.Length == 0 || names.Contains(name));
        }
        finally
        {
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }

        await host.StopAsync();
    }

    private static async Task Measure(IGrainFactory grains, List<long> keys, Func<string, bool> asked)
    {
        var callers = keys.Take(Callers).Select(key => grains.GetGrain<IEchoGrain>(key)).ToArray();
        var note = new BigNote { Author = "alice", Body = new byte[1000], Tags = ["one", "two"] };
        if (asked("empty")) await GrainBenchmarks.Print("empty, 100 callers", Callers * CallsEach, () => Task.WhenAll(callers.Select(grain => Task.Run(async () =>
        {
            for (var i = 0; i < CallsEach; i++) await grain.Ping();
        }))));
        if (asked("record")) await GrainBenchmarks.Print("1 kB there and back, 100 callers", Callers * CallsEach, () => Task.WhenAll(callers.Select(grain => Task.Run(async () =>
        {
            for (var i = 0; i < CallsEach; i++) await grain.Echo(note);
        }))));
        if (!asked("sequential")) return;
        var medians = new double[5];
        for (var round = 0; round < medians.Length; round++) medians[round] = await Task.Run(() => MedianOfSequential(callers[0]));
        Array.Sort(medians);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"one after the other, p50",-34} {medians[medians.Length / 2]:F1} us"));
    }

    private static async Task<double> MedianOfSequential(IEchoGrain grain)
    {
        var clock = TimeProvider.System;
        var times = new double[Sequential];
        for (var i = 0; i < Sequential; i++)
        {
            var start = clock.GetTimestamp();
            await grain.Ping();
            times[i] = clock.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        return times[Sequential / 2];
    }

    // Grains that the other silo owns, once it has joined.
    private static async Task<List<long>> OfOther(IHost host)
    {
        var grains = host.Grains();
        var own = ((ILocalSiloDetails)host.Services.GetService(typeof(ILocalSiloDetails))!).SiloAddress.Endpoint.ToString();
        var keys = new List<long>();
        for (var key = 0L; keys.Count < Callers; key++)
        {
            if (!(await grains.GetGrain<IEchoGrain>(key).Where()).Contains(own, StringComparison.Ordinal)) keys.Add(key);
            else if (key > 100_000) throw new InvalidOperationException("The other silo owns no grain.");
        }

        return keys;
    }

    private static async Task RunOther(int own, int gateway, int primary)
    {
        using var host = await Start(own, gateway, primary);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }

    private static async Task<IHost> Start(int port, int gateway, int? primary)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering(port, gateway, primary is { } first ? new IPEndPoint(IPAddress.Loopback, first) : null));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
