using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using Support;

namespace OrleansSocial.Benchmarks;

/// <summary>What a silo does while it is killed.</summary>
/// <param name="Benchmark">Which benchmark serves it, after <c>--serve</c>, with a connection and whether it is given more to do.</param>
/// <param name="Caused">The rows each of which is to have an effect, as a statement selects from them.</param>
/// <param name="Failed">The rows of what was given up.</param>
internal sealed record KilledWork(string Benchmark, string Caused, string Failed);

/// <summary>A silo that is killed again and again while it works: no effect of what was acknowledged is lost, and none is doubled.</summary>
internal static class KilledSilo
{
    private const int Writers = 8;
    private const string Ready = "ready";

    /// <summary>Where effects are written down. Without a key: what is doubled is to show.</summary>
    public const string Effects = "CREATE TABLE IF NOT EXISTS heard (id uuid NOT NULL)";

    /// <summary>Kills it so many times, and checks.</summary>
    public static async Task Run(Bench bench, int kills, KilledWork work)
    {
        bench.Steps(kills + 1);
        await using var postgres = await BenchmarkPostgres.Start();
        var connection = await postgres.CreateDatabase();
        await PrivatePostgres.Execute(connection, Effects);
        var acknowledged = new HashSet<Guid>();
        for (var kill = 0; kill <= kills; kill++)
        {
            bench.Step(kill < kills ? $"kill {kill + 1} of {kills}, {acknowledged.Count} acknowledged" : "waiting for the last effects", 0);
            using var child = Start(work, connection, writes: kill < kills);
            if (kill < kills)
            {
                await Read(child, acknowledged, TimeSpan.FromMilliseconds(Random.Shared.Next(200, 1500)));
            }
            else
            {
                await Settled(work, connection);
            }

            child.Kill();
            await child.WaitForExitAsync();
        }

        await using var source = NpgsqlDataSource.Create(connection);
        var (caused, heard, distinct, failed) = (await Ask(source, work.Caused), await Ask(source, "heard"), await Ask(source, "(SELECT DISTINCT id FROM heard) AS d"), await Ask(source, work.Failed));
        await using var ids = source.CreateCommand("SELECT id FROM heard");
        await using (var row = await ids.ExecuteReaderAsync())
        {
            while (await row.ReadAsync()) acknowledged.Remove(row.GetGuid(0));
        }

        var section = bench.Section($"{kills} kills of a silo that handles {work.Benchmark}", "A silo writes and handles them, and is killed again and again. Afterwards each has its effect once, or it does not.", SocialTarget.OurName);
        foreach (var (name, count) in new (string, double)[] { (work.Benchmark, caused), ("effects", heard), ("acknowledged and lost", acknowledged.Count), ("doubled", heard - distinct), ("given up", failed) })
            section.Add("After the last kill", name, "in all", Better.Lower, SocialTarget.OurName, count);
        if (acknowledged.Count > 0 || heard != distinct || heard != caused || failed > 0) throw new InvalidOperationException("Effects were lost or doubled.");
    }

    /// <summary>The silo that is killed: writes from several at once, and says what is acknowledged, a line each.</summary>
    public static async Task Serve(Func<Task<IEnumerable<Guid>>> write, bool writes)
    {
        Console.WriteLine(Ready);
        if (!writes) await new TaskCompletionSource().Task;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            while (true) Console.WriteLine(string.Join(' ', await write()));
        }));
    }

    private static Process Start(KilledWork work, string connection, bool writes) => Process.Start(new ProcessStartInfo("dotnet")
    {
        ArgumentList = { typeof(KilledSilo).Assembly.Location, "--serve", work.Benchmark, connection, writes.ToString(CultureInfo.InvariantCulture) },
        RedirectStandardOutput = true,
    })!;

    /// <summary>Takes in what is acknowledged until it is time.</summary>
    private static async Task Read(Process child, HashSet<Guid> acknowledged, TimeSpan span)
    {
        var since = 0L;
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == Ready) since = TimeProvider.System.GetTimestamp();
            else foreach (var id in line.Split(' ')) if (Guid.TryParse(id, out var known)) acknowledged.Add(known);
            if (since > 0 && TimeProvider.System.GetElapsedTime(since) > span) return;
        }

        throw new InvalidOperationException("The silo ended by itself.");
    }

    private static async Task Settled(KilledWork work, string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var patience = TimeProvider.System.GetTimestamp();
        while (await Ask(source, "heard") < await Ask(source, work.Caused))
        {
            if (TimeProvider.System.GetElapsedTime(patience) > TimeSpan.FromMinutes(2)) return;
            await pause.WaitForNextTickAsync();
        }
    }

    private static async Task<long> Ask(NpgsqlDataSource source, string from)
    {
        await using var count = source.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
