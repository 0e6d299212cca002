using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSocial.Chat;
using OrleansSocial.Kernel;
using OrleansSocial.Users;

namespace OrleansSocial.Benchmarks;

/// <summary>Durable sends at the grain: the whole application in this process, without the edge.</summary>
internal static class DurableSendBenchmarks
{
    private const int Pairs = 500;
    private static readonly int[] s_callers = [1, 10, 200, 400, 1000, 2000];

    /// <summary>Prints medians. Options: <c>--rounds N</c> (5), <c>--seconds S</c> of each stretch (6), <c>--callers N,N</c>, <c>--lanes N</c>, <c>--batch N</c>.</summary>
    public static async Task Run(string[] options)
    {
        string Option(string name, string otherwise) => Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : otherwise;
        var rounds = int.Parse(Option("--rounds", "5"), CultureInfo.InvariantCulture);
        var seconds = double.Parse(Option("--seconds", "6"), CultureInfo.InvariantCulture);
        int[] crowds = Option("--callers", "") is { Length: > 0 } listed ? [.. listed.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))] : s_callers;
        await using var postgres = await BenchmarkPostgres.Start();
        await using var app = await Start(await postgres.CreateDatabase(), Option("--lanes", ""), Option("--batch", ""));
        var seats = await Open(app.Services.GetRequiredService<IGrainFactory>());
        await Measure(seats, 400, seconds, postgres.ProcessId);

        Console.WriteLine("| callers | sends/s | p50 ms | p99 ms | silo us | PostgreSQL us |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var callers in crowds)
        {
            var samples = new List<LoopSample>();
            for (var round = 0; round < rounds; round++) samples.Add(await Measure(seats, callers, seconds, postgres.ProcessId));
            double Median(Func<LoopSample, double> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {callers} | {Median(s => s.Rate):0} | {Median(s => s.P50):0.00} | {Median(s => s.P99):0.00} | {Median(s => s.SiloMicros):0.0} | {Median(s => s.PostgresMicros):0.0} |"));
        }

        await app.StopAsync();
    }

    private static async Task<WebApplication> Start(string database, string lanes, string batch)
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
            });
            if (lanes.Length > 0) builder.Configuration["Social:GroupCommit:LanesMax"] = lanes;
            if (batch.Length > 0) builder.Configuration["Social:GroupCommit:BatchWritesMax"] = batch;
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>Begins the conversations; each person of each pair is a seat from which to send.</summary>
    private static async Task<(IConversationGrain Room, UserId Sender)[]> Open(IGrainFactory grains)
    {
        var seats = new (IConversationGrain Room, UserId Sender)[Pairs * 2];
        for (var i = 0; i < Pairs; i++)
        {
            UserId[] people = [Ids.New<UserId>(TimeProvider.System), Ids.New<UserId>(TimeProvider.System)];
            foreach (var user in people) await grains.GetGrain<IUserGrain>(user).Create($"user{user.Value:N}"[..30], "Somebody");
            var room = grains.GetGrain<IConversationGrain>(Ids.New<ConversationId>(TimeProvider.System));
            var begun = await room.Create(new(people[0], ConversationKind.Direct, null, [people[1]]));
            if (begun.Refusal is { } refusal) throw new InvalidOperationException(refusal.Code);
            (seats[i], seats[Pairs + i]) = ((room, people[0]), (room, people[1]));
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
