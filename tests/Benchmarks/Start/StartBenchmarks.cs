using System.Diagnostics;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Start;

/// <summary>From the start of the built silo's process to its word that it is ready.</summary>
internal static class StartBenchmarks
{
    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var folder = Directory.CreateTempSubdirectory("start-benchmark-");
        var section = bench.Section("Start", "From the start of the built silo's process to its word that it is ready. Where nothing was there before there is one round.", SocialTarget.OurName);
        try
        {
            await using var postgres = await BenchmarkPostgres.Start();
            var outside = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = await postgres.CreateDatabase() };
            bench.Steps(2 * (1 + bench.Settings.Rounds));
            await Measure(bench, section, "its own PostgreSQL, nothing there before", 1, new() { ["Social__Node__Data"] = folder.FullName });
            await Measure(bench, section, "its own PostgreSQL, all there before", bench.Settings.Rounds, new() { ["Social__Node__Data"] = folder.FullName });
            await Measure(bench, section, "a PostgreSQL elsewhere, empty", 1, outside);
            await Measure(bench, section, "a PostgreSQL elsewhere, migrated", bench.Settings.Rounds, outside);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Measure(Bench bench, Section section, string what, int rounds, Dictionary<string, string> settings)
    {
        var silo = Checkout.Assembly("silo", "silo.dll");
        settings["Social__Node__Seed"] = "false";
        for (var round = 0; round < rounds; round++)
        {
            bench.Step(what, round);
            var start = Stopwatch.GetTimestamp();
            using var server = await ServerProcess.Start(silo, settings);
            section.Add(what, "ready after", "s", Better.Lower, SocialTarget.OurName, Stopwatch.GetElapsedTime(start).TotalSeconds);
            section.Add(what, "processor time of the silo", "s", Better.Lower, SocialTarget.OurName, server.ProcessorTime.TotalSeconds);
            await server.Stop();
        }
    }
}
