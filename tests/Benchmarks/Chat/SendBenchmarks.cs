using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Chat;
using OrleansSocial.Driver;
using OrleansSocial.Kernel;
using OrleansSocial.Users;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>Durable sends at the grain: the whole application in this process, without the edge.</summary>
internal static class SendBenchmarks
{
    private const int Pairs = 500;
    private const string Bare = "one INSERT a send, each of its own";
    private static readonly int[] s_callers = [1, 10, 200, 400, 1000, 2000];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var (settings, rounds) = (bench.Settings, bench.Settings.Rounds);
        IReadOnlyList<int> crowds = settings.Callers.Count > 0 ? settings.Callers : settings.Short ? [1, 50] : s_callers;
        var section = bench.Section(
            "Durable sends at the grain",
            "The whole application in this process, without the edge: each caller has one send under way, in the conversations of a thousand people. Beside it what PostgreSQL gives to the same callers who store the same rows by a plain INSERT each, over a pool of connections.",
            SocialTarget.OurName,
            Bare);
        await using var postgres = await BenchmarkPostgres.Start();
        await using var app = await Start(await postgres.CreateDatabase());
        await using var plain = await PlainInserts.Open(await postgres.CreateDatabase());
        var seats = await Open(app.Services.GetRequiredService<IGrainFactory>(), settings.Size(Pairs, 50));
        await Measure(seats, settings.Size(400, 20), settings.Seconds(6), postgres.ProcessId);

        bench.Steps(rounds * crowds.Count * 2);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var callers in crowds)
            {
                bench.Step($"callers: {callers}, {Bare}", round);
                Add(section, callers, Bare, await ClosedLoop.Run(callers, settings.Seconds(6), postgres.ProcessId, plain.Caller));
                bench.Step($"callers: {callers}, {SocialTarget.OurName}", round);
                Add(section, callers, SocialTarget.OurName, await Measure(seats, callers, settings.Seconds(6), postgres.ProcessId));
            }
        }

        await app.StopAsync();
    }

    private static void Add(Section section, int callers, string side, LoopSample sample)
    {
        var group = callers == 1 ? "1 caller" : $"{callers} callers";
        section.Add(group, "sends", "a second", Better.Higher, side, sample.Rate);
        section.Add(group, "acknowledged, p50", "ms", Better.Lower, side, sample.Answers.Percentile(50));
        section.Add(group, "acknowledged, p99", "ms", Better.Lower, side, sample.Answers.Percentile(99));
        section.Add(group, "processor time of this process", "us a send", Better.Lower, side, sample.SiloMicros);
        section.Add(group, "processor time of PostgreSQL", "us a send", Better.Lower, side, sample.PostgresMicros);
        section.Add(group, "acknowledged", side, sample.Answers);
    }

    private static async Task<WebApplication> Start(string database)
    {
        var app = SocialApp.Create([], builder =>
        {
            builder.Environment.EnvironmentName = "Benchmark";
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddLogging(log => log.SetMinimumLevel(LogLevel.Error));
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:Postgres"] = database,
                ["Social:Node:Seed"] = "false",
                ["Social:Node:SiloPort"] = $"{FreePort.Find()}",
                ["Social:Node:GatewayPort"] = "0",
                ["Logging:LogLevel:Default"] = "Error",
                ["Logging:LogLevel:OrleansSocial"] = "Error",
            });
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>Begins the conversations; each person of each pair is a seat from which to send.</summary>
    private static async Task<(IConversationGrain Room, UserId Sender)[]> Open(IGrainFactory grains, int pairs)
    {
        var seats = new (IConversationGrain Room, UserId Sender)[pairs * 2];
        for (var i = 0; i < pairs; i++)
        {
            UserId[] people = [Ids.New<UserId>(TimeProvider.System), Ids.New<UserId>(TimeProvider.System)];
            foreach (var user in people) await grains.GetGrain<IUserGrain>(user).Create($"user{user.Value:N}"[..30], "Somebody");
            var room = grains.GetGrain<IConversationGrain>(Ids.New<ConversationId>(TimeProvider.System));
            var begun = await room.Create(new(people[0], ConversationKind.Direct, null, [people[1]]));
            if (begun.Refusal is { } refusal) throw new InvalidOperationException(refusal.Code);
            (seats[i], seats[pairs + i]) = ((room, people[0]), (room, people[1]));
        }

        return seats;
    }

    private static Task<LoopSample> Measure((IConversationGrain Room, UserId Sender)[] seats, int callers, double seconds, int postmaster) =>
        ClosedLoop.Run(callers, seconds, postmaster, caller =>
        {
            var (room, sender) = seats[caller % seats.Length];
            var (tag, sent) = (Guid.NewGuid().ToString("N"), 0);
            return async () =>
            {
                var outcome = await room.Send(new(sender, $"{tag}-{sent++}", "How about lunch at the place by the river tomorrow, around noon?"));
                if (outcome.Refusal is { } refusal) throw new InvalidOperationException(refusal.Code);
            };
        });
}
