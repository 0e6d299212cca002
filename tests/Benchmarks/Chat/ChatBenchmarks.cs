using System.Globalization;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>Conversations of two, end to end: ours and the two yardsticks, in turn in each round, under the same load.</summary>
internal static class ChatBenchmarks
{
    // Until the compilers have finished with the hot paths of the servers.
    private const double WarmUpSeconds = 15;

    /// <summary>The parts that can be asked for.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["pairs", "quiet", "offered"];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var (settings, targets) = (bench.Settings, ChatTarget.All());
        var pairs = settings.Size(200, 10);
        var quietPairs = settings.Size(10, 3);
        var rate = settings.Rate(500, 50);
        var section = bench.Section(
            "Chat of two",
            $"Each server is a process of its own over the same PostgreSQL, which makes every commit durable. {pairs} pairs, first with one message in flight each, then {quietPairs} of them, then at an offered rate whether or not the server keeps up. “Seen” is the moment at which the other one's connection has the message.",
            SocialTarget.OurName,
            [.. targets.Select(target => target.Name).Where(name => name != SocialTarget.OurName)]);
        section.Notes.Add("Ours knows accounts, sign-in, limits, idempotency, numbers without gaps and cursors; the yardsticks know none of it: they store a row and pass the text on. Socket.IO is one process of Node.js, which is one thread.");
        section.Notes.Add("In a closed loop a slow server is asked less often, so its waits look better than what people would see. The figures at an offered rate are timed from when each message was to be sent.");
        await using var postgres = await BenchmarkPostgres.Start();
        bench.Steps(settings.Rounds * targets.Length);
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var target in targets.InTurn(round))
            {
                bench.Step(target.Name, round);
                using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(10));
                using var servers = await target.Start(await postgres.CreateDatabase());
                var clients = await target.Connect(servers, pairs * 2, giveUp.Token);
                var rooms = new List<LoadRoom>();
                foreach (var pair in clients.Chunk(2)) rooms.Add(new(await target.Room(servers, pair, 0, giveUp.Token), [pair[0]]));
                await ChatLoad.Closed(rooms, settings.Short ? 0.5 : WarmUpSeconds, giveUp.Token);

                if (settings.Wants("pairs")) await Pairs(section, target.Name, rooms, servers, postgres.ProcessId, settings.Seconds(8), giveUp.Token);
                if (settings.Wants("quiet")) await Quiet(section, target.Name, [.. rooms.Take(quietPairs)], settings.Seconds(4), giveUp.Token);
                if (settings.Wants("offered")) await Offered(section, target.Name, rooms, rate, settings.Seconds(8), giveUp.Token);
                foreach (var client in clients) await client.DisposeAsync();
            }
        }
    }

    private static async Task Pairs(Section section, string side, List<LoadRoom> rooms, ServerGroup servers, int postmaster, double seconds, CancellationToken giveUp)
    {
        var group = string.Create(CultureInfo.InvariantCulture, $"{rooms.Count} pairs, one message in flight each");
        var before = Cost.Now(servers, postmaster);
        var load = await ChatLoad.Closed(rooms, seconds, giveUp);
        var cost = Cost.Now(servers, postmaster).Since(before).Each(load.Sent);
        section.Add(group, "messages", "a second", Better.Higher, side, load.Rate);
        section.Add(group, "processor time of the server", "us a message", Better.Lower, side, cost.Server);
        section.Add(group, "processor time of PostgreSQL", "us a message", Better.Lower, side, cost.Postgres);
        section.Add(group, "both", "us a message", Better.Lower, side, cost.Server + cost.Postgres);
        section.Add(group, "processor time of the clients", "us a message", Better.Neither, side, cost.Clients);
        Times(section, group, side, load);
    }

    private static async Task Quiet(Section section, string side, List<LoadRoom> rooms, double seconds, CancellationToken giveUp)
    {
        var load = await ChatLoad.Closed(rooms, seconds, giveUp);
        var group = string.Create(CultureInfo.InvariantCulture, $"{rooms.Count} pairs, one message in flight each");
        section.Add(group, "acknowledged, p50", "ms", Better.Lower, side, load.Acks.Percentile(50));
        section.Add(group, "acknowledged, p99", "ms", Better.Lower, side, load.Acks.Percentile(99));
    }

    private static async Task Offered(Section section, string side, List<LoadRoom> rooms, double rate, double seconds, CancellationToken giveUp)
    {
        var load = await ChatLoad.Open(rooms, rate, seconds, giveUp);
        var group = string.Create(CultureInfo.InvariantCulture, $"{rate:0.#} messages a second offered to {rooms.Count} pairs");
        section.Add(group, "messages", "a second", Better.Higher, side, load.Rate);
        Times(section, group, side, load);
        section.Add(group, "acknowledged, p99.9", "ms", Better.Lower, side, load.Acks.Percentile(99.9));
        section.Add(group, "acknowledged", side, load.Acks);
        section.Add(group, "seen", side, load.Seen);
    }

    private static void Times(Section section, string group, string side, LoadResult load)
    {
        section.Add(group, "acknowledged, p50", "ms", Better.Lower, side, load.Acks.Percentile(50));
        section.Add(group, "acknowledged, p99", "ms", Better.Lower, side, load.Acks.Percentile(99));
        section.Add(group, "seen, p50", "ms", Better.Lower, side, load.Seen.Percentile(50));
        section.Add(group, "seen, p99", "ms", Better.Lower, side, load.Seen.Percentile(99));
    }
}
