using System.Diagnostics;
using System.Globalization;
using OrleansSocial.Benchmarks.Grains;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Start;

/// <summary>From the start of the built silo's process to its word that it is ready.</summary>
internal static class StartBenchmarks
{
    /// <summary>Prints medians. Option: <c>--rounds N</c> (5).</summary>
    public static async Task Run(string[] options)
    {
        var rounds = options is ["--rounds", var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 5;
        var folder = Directory.CreateTempSubdirectory("start-benchmark-");
        try
        {
            await using var postgres = await BenchmarkPostgres.Start();
            await Print("its own PostgreSQL, nothing there before", 1, new() { ["Social__Node__Data"] = folder.FullName });
            await Print("its own PostgreSQL, all there before", rounds, new() { ["Social__Node__Data"] = folder.FullName });
            var outside = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = await postgres.CreateDatabase() };
            await Print("a PostgreSQL elsewhere, empty", 1, outside);
            await Print("a PostgreSQL elsewhere, migrated", rounds, outside);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Print(string what, int rounds, Dictionary<string, string> settings)
    {
        var silo = Checkout.Assembly("silo", "silo.dll");
        settings["Social__Node__Seed"] = "false";
        var (walls, processors) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using var server = await ServerProcess.Start(silo, settings);
            walls.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            processors.Add(server.ProcessorTime.TotalSeconds);
            await server.Stop();
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-42} ready after {GrainBenchmarks.Median(walls):F2} s ({GrainBenchmarks.Median(processors):F2} s of processor), of {rounds}"));
    }
}
