using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Events;

/// <summary>A silo that writes events and handles them, killed again and again: no effect of an acknowledged event is lost, and none is doubled.</summary>
internal static class KilledSubscriber
{
    private const int Writers = 8;
    private const string Ready = "ready";

    /// <summary>Kills it so many times, and checks.</summary>
    public static async Task Run(int kills)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        var connection = await postgres.CreateDatabase();
        await PrivatePostgres.Execute(connection, "CREATE TABLE heard (id uuid NOT NULL)"); // without a key: what is doubled is to show
        var acknowledged = new HashSet<Guid>();
        for (var kill = 0; kill <= kills; kill++)
        {
            using var child = Start(connection, writes: kill < kills);
            if (kill < kills)
            {
                await Read(child, acknowledged, TimeSpan.FromMilliseconds(Random.Shared.Next(200, 1500)));
                Console.WriteLine($"kill {kill + 1}: {acknowledged.Count} events acknowledged");
            }
            else
            {
                await Settled(connection);
            }

            child.Kill();
            await child.WaitForExitAsync();
        }

        await using var source = NpgsqlDataSource.Create(connection);
        var (events, heard, distinct, parked) = (await Ask(source, "events WHERE alias = 'bench.noted'"), await Ask(source, "heard"), await Ask(source, "(SELECT DISTINCT id FROM heard) AS d"), await Ask(source, "event_parked"));
        await using var ids = source.CreateCommand("SELECT id FROM heard");
        await using (var row = await ids.ExecuteReaderAsync())
        {
            while (await row.ReadAsync()) acknowledged.Remove(row.GetGuid(0));
        }

        Console.WriteLine($"{kills} kills: {events} events, {heard} effects, {acknowledged.Count} of acknowledged events lost, {heard - distinct} doubled, {parked} parked");
        if (acknowledged.Count > 0 || heard != distinct || heard != events || parked > 0) throw new InvalidOperationException("Effects were lost or doubled.");
    }

    /// <summary>The silo that is killed: says which events are acknowledged, a line each.</summary>
    public static async Task Serve(string connection, bool writes)
    {
        await using var app = await EventBenchmarks.Start(connection, "bench.killed");
        var writer = app.Services.GetRequiredService<GroupCommit>();
        Console.WriteLine(Ready);
        if (!writes) await app.WaitForShutdownAsync();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            while (true)
            {
                var write = new NotingWrite(writer.NewLedger(), 3);
                if (await write.Owner.Commit(write) is null) Console.WriteLine(string.Join(' ', write.Events.Select(one => one.Id)));
            }
        }));
    }

    private static Process Start(string connection, bool writes) => Process.Start(new ProcessStartInfo("dotnet")
    {
        ArgumentList = { typeof(KilledSubscriber).Assembly.Location, "events", "--serve", connection, writes.ToString(CultureInfo.InvariantCulture) },
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

    private static async Task Settled(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var patience = TimeProvider.System.GetTimestamp();
        while (await Ask(source, "heard") < await Ask(source, "events WHERE alias = 'bench.noted'"))
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
