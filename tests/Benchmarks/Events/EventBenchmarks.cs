using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Driver;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Events;

/// <summary>From an event to its effect through a subscriber of a running silo, how many a second one subscriber handles, and how soon each way of waking it wakes.</summary>
internal static class EventBenchmarks
{
    private const int Singles = 300;
    private static readonly Statement<Guid> s_heard = new("INSERT INTO heard (id) SELECT * FROM unnest($1::uuid[])", columns => columns.Uuid(id => id));

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var settings = bench.Settings;
        if (settings.Kills is { } kills)
        {
            await KilledSilo.Run(bench, kills, new("events", "events WHERE alias = 'bench.noted'", "event_parked"));
            return;
        }

        var (many, singles) = (settings.Size(100_000, 2_000), settings.Size(Singles, 30));
        var section = bench.Section(
            "Events",
            $"From an acknowledged event to its stored effect through a subscriber of one silo, one after the other; {many} events that wait for one subscriber, with a row each; and how soon each way of waking the part of a subscriber wakes it, from when the commit is known.",
            Wakes.Call,
            [.. Wakes.Ways.Where(way => way != Wakes.Call)]);
        await using var postgres = await BenchmarkPostgres.Start();
        bench.Steps(settings.Rounds * 3);
        for (var round = 0; round < settings.Rounds; round++)
        {
            var connection = await postgres.CreateDatabase();
            bench.Step("event to effect", round);
            var effects = await EventToEffect(connection, singles);
            section.Add("Event to effect", "effect stored, p50", "ms", Better.Lower, Wakes.Call, effects.Percentile(50));
            section.Add("Event to effect", "effect stored, p99", "ms", Better.Lower, Wakes.Call, effects.Percentile(99));
            bench.Step("ways of waking", round);
            foreach (var way in Wakes.Ways)
            {
                var wakes = await Wakes.Measure(way, connection, singles / 3);
                section.Add("Commit to the waking", "woken, p50", "ms", Better.Lower, way, wakes.Percentile(50));
                section.Add("Commit to the waking", "woken, p99", "ms", Better.Lower, way, wakes.Percentile(99));
            }

            bench.Step("many events for one subscriber", round);
            section.Add("Many events", "through one subscriber", "events a second", Better.Higher, Wakes.Call, await Through(connection, many));
        }
    }

    /// <summary>The silo that is killed.</summary>
    public static async Task Serve(string[] options) => await Serve(options[0], bool.Parse(options[1]));

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

    /// <summary>Milliseconds from the acknowledged event to its stored effect, one after the other.</summary>
    private static async Task<Latencies> EventToEffect(string connection, int singles)
    {
        var stored = new ConcurrentDictionary<Guid, long>();
        await using var app = await Start(connection, "bench.single");
        await PrivatePostgres.Execute(connection, "CREATE TABLE IF NOT EXISTS heard (id uuid PRIMARY KEY)");
        var (writer, clock, took) = (app.Services.GetRequiredService<GroupCommit>(), TimeProvider.System, new Latencies());
        writer.EventsStored += events =>
        {
            foreach (var effect in events.Select(one => one.Happened).OfType<Counted>()) stored[effect.Of] = clock.GetTimestamp();
        };
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < singles; i++)
        {
            var write = new NotingWrite(writer.NewLedger(), 1);
            await write.Owner.Commit(write);
            var since = clock.GetTimestamp();
            long at;
            while (!stored.TryGetValue(write.Events[0].Id, out at)) await pause.WaitForNextTickAsync();
            if (i >= singles / 10) took.Record(at > since ? clock.GetElapsedTime(since, at) : TimeSpan.Zero);
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
                ["Logging:LogLevel:OrleansSocial"] = "Error",
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
