using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansSocial.Driver;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Events;

/// <summary>From an event to its effect through a subscriber of a running silo, how many a second one subscriber handles, and how soon each way of waking it wakes.</summary>
internal static class EventBenchmarks
{
    private const int Singles = 300;
    private static readonly Statement<Guid> s_heard = new("INSERT INTO heard (id) SELECT * FROM unnest($1::uuid[])", columns => columns.Uuid(id => id));

    /// <summary>Prints medians. Options: <c>--rounds N</c> (5), <c>--events N</c> that wait for one subscriber (100000). With <c>--kills N</c> a silo is killed so often instead, and no effect may be lost or doubled.</summary>
    public static async Task Run(string[] options)
    {
        if (options is ["--serve", var served, var writes]) await Serve(served, bool.Parse(writes));
        if (options is ["--kills", var kills])
        {
            await KilledSilo.Run(int.Parse(kills, CultureInfo.InvariantCulture), new("events", "events WHERE alias = 'bench.noted'", "event_parked"));
            return;
        }

        var (rounds, many) = (options.Number("--rounds", 5), options.Number("--events", 100_000));
        var (effects, rates) = (new List<double>(), new List<double>());
        var wakes = Wakes.Ways.ToDictionary(way => way, _ => new List<double>());
        await using var postgres = await BenchmarkPostgres.Start();
        for (var round = 0; round < rounds; round++)
        {
            var connection = await postgres.CreateDatabase();
            effects.AddRange(await EventToEffect(connection));
            foreach (var way in Wakes.Ways) wakes[way].AddRange(await Wakes.Measure(way, connection, Singles / 3));
            rates.Add(await Through(connection, many));
        }

        Print("| Event to effect | p50 ms | p99 ms |", effects.Order().ToList() is var sorted ? [("a subscriber of one silo", sorted)] : []);
        Console.WriteLine($"\nThrough one subscriber: {rates.Order().ElementAt(rates.Count / 2):0} events/s (median of {rounds}).\n");
        Print("| Commit to the waking | p50 ms | p99 ms |", [.. Wakes.Ways.Select(way => (way, wakes[way].Order().ToList()))]);
    }

    private static async Task Serve(string connection, bool writes)
    {
        await using var app = await Start(connection, "bench.killed");
        var writer = app.Services.GetRequiredService<GroupCommit>();
        await KilledSilo.Serve(
            async () =>
            {
                var write = new NotingWrite(writer.NewLedger(), 3);
                return await write.Owner.Commit(write) is null ? write.Events.Select(one => one.Id) : [];
            },
            writes);
    }

    private static void Print(string head, IReadOnlyList<(string Name, List<double> Sorted)> lines)
    {
        Console.WriteLine($"{head}\n|---|---|---|");
        foreach (var (name, sorted) in lines)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {sorted[sorted.Count / 2]:0.0} | {sorted[(int)(sorted.Count * 0.99)]:0.0} |"));
    }

    /// <summary>Milliseconds from the acknowledged event to its stored effect, one after the other.</summary>
    private static async Task<List<double>> EventToEffect(string connection)
    {
        var stored = new ConcurrentDictionary<Guid, long>();
        await using var app = await Start(connection, "bench.single");
        await PrivatePostgres.Execute(connection, "CREATE TABLE IF NOT EXISTS heard (id uuid PRIMARY KEY)");
        var (writer, clock, took) = (app.Services.GetRequiredService<GroupCommit>(), TimeProvider.System, new List<double>());
        writer.EventsStored += events =>
        {
            foreach (var effect in events.Select(one => one.Happened).OfType<Counted>()) stored[effect.Of] = clock.GetTimestamp();
        };
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < Singles; i++)
        {
            var write = new NotingWrite(writer.NewLedger(), 1);
            await write.Owner.Commit(write);
            var since = clock.GetTimestamp();
            long at;
            while (!stored.TryGetValue(write.Events[0].Id, out at)) await pause.WaitForNextTickAsync();
            if (i >= Singles / 10) took.Add(Math.Max(0, clock.GetElapsedTime(since, at).TotalMilliseconds));
        }

        await app.StopAsync();
        return took;
    }

    /// <summary>Events a second that one subscriber handles of those that wait for it.</summary>
    private static async Task<double> Through(string connection, int many)
    {
        await PrivatePostgres.Execute(
            connection,
            $$"""
            TRUNCATE heard;
            INSERT INTO events (day, ordinal, id, alias, topic, slot, at, data)
            SELECT (now() AT TIME ZONE 'utc')::date, i, gen_random_uuid(), 'bench.noted', gen_random_uuid(), i % 64, now(), '{"Topic": "00000000-0000-0000-0000-000000000001"}' FROM generate_series(1, {{many}}) AS i;
            """);
        await using var app = await Start(connection, "bench.many");
        var clock = TimeProvider.System;
        await using var source = NpgsqlDataSource.Create(connection);
        await using var count = source.CreateCommand("SELECT count(*) FROM heard");
        async Task<long> Heard() => (long)(await count.ExecuteScalarAsync())!;
        long first;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((first = await Heard()) == 0) await pause.WaitForNextTickAsync();
        var since = clock.GetTimestamp();
        while (await Heard() < many) await pause.WaitForNextTickAsync();
        var rate = (many - first) / clock.GetElapsedTime(since).TotalSeconds;
        await app.StopAsync();
        return rate;
    }

    internal static async Task<WebApplication> Start(string connection, string? subscriber, Action<ISiloBuilder>? silo = null, Action<IServiceCollection>? services = null)
    {
        var app = SocialApp.Create([], builder =>
        {
            builder.Environment.EnvironmentName = "Benchmark";
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddLogging(log => log.SetMinimumLevel(LogLevel.Error));
            builder.Configuration.AddInMemoryCollection(Rates.All.Keys.SelectMany(rate => (string[])["TokensMax", "TokensPerSecond"], static (rate, part) => new KeyValuePair<string, string?>($"Social:RateLimits:{rate}:{part}", "1000000")));
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:Postgres"] = connection,
                ["Social:Node:Seed"] = "false",
                ["Social:Identity:HashMemoryKiB"] = "64",
                ["Social:Identity:HashOperations"] = "1",
                ["Social:Node:SiloPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
                ["Social:Node:GatewayPort"] = "0",
                ["Social:Postgres:ClaimSecondsMax"] = "5",
                ["Logging:LogLevel:Default"] = "Error",
            });
            builder.Services.AddSingleton(new EventAssembly(typeof(Noted).Assembly));
            if (subscriber is not null) builder.Services.AddSingleton(new Subscription(subscriber).On<Noted>(Hear));
            services?.Invoke(builder.Services);
            if (silo is not null) builder.UseOrleans(silo);
        });
        await app.StartAsync();
        return app;
    }

    private static ValueTask Hear(Noted noted, StoredEvent stored, Effects effects)
    {
        effects.Add(s_heard, stored.Id);
        if (noted.Tells) effects.Happened(new Counted(stored.Id));
        return ValueTask.CompletedTask;
    }
}

/// <summary>Something that a subscriber hears of.</summary>
[GenerateSerializer, Immutable, Alias("bench.noted")]
internal sealed record Noted([property: Id(0)] Guid Topic, [property: Id(1)] bool Tells = false) : IEvent;

/// <summary>Its effect is stored.</summary>
[GenerateSerializer, Immutable, Alias("bench.counted")]
internal sealed record Counted([property: Id(0)] Guid Of) : IEvent
{
    Guid IEvent.Topic => Of;
}

/// <summary>Writes events and nothing else.</summary>
internal sealed class NotingWrite(Ledger owner, int count) : Write(owner)
{
    public override int Chars => 0;

    public override void Render(Rows rows)
    {
        for (var i = 0; i < count; i++) rows.Happened(this, new Noted(Guid.CreateVersion7(), Tells: true));
    }
}
