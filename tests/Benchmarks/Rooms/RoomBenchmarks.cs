using System.Globalization;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Rooms;

/// <summary>Rooms in which each message goes to many: one of two hundred, and one of five thousand members on three silos.</summary>
internal static class RoomBenchmarks
{
    private const int Senders = 4;
    private const int Silos = 3;

    /// <summary>The parts that can be asked for.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["room", "large"];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var settings = bench.Settings;
        var online = settings.Size(1000, 30);
        var members = settings.Size(5000, 60);
        var rate = settings.Rate(40, 20);
        if (settings.Wants("room"))
        {
            var size = settings.Size(200, 20);
            await Measure(bench, $"A room of {size}", $"{size} connections hear what {Senders} of them send, one message in flight each.", 1, size, 0, 1, null);
        }

        if (settings.Wants("large"))
        {
            await Measure(
                bench,
                string.Create(CultureInfo.InvariantCulture, $"A room of {members:#,0} on three silos"),
                string.Create(CultureInfo.InvariantCulture, $"{members:#,0} members, {online:#,0} of them connected, over {Silos} processes of ours; {Senders} send. The yardsticks know no members: there the room is the {online:#,0} connections, at one process, for a second needs a backplane. All are offered {rate} messages a second: what is acknowledged before it is delivered is never slowed down by those who read, and whoever does not keep up is sent away."),
                Silos, online, members - online, 3, rate);
        }
    }

    private static async Task Measure(Bench bench, string title, string about, int silos, int online, int away, int roundsMax, double? rate)
    {
        var (settings, targets) = (bench.Settings, ChatTarget.All(silos, Math.Max(online, SocialTarget.PeopleMax)));
        var section = bench.Section(title, about, SocialTarget.OurName, [.. targets.Select(target => target.Name).Where(name => name != SocialTarget.OurName)]);
        var rounds = settings.RoundsAsked ?? (roundsMax == 1 ? settings.Rounds : Math.Min(roundsMax, settings.Rounds));
        await using var postgres = await BenchmarkPostgres.Start();
        bench.Steps(rounds * targets.Length);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var target in targets.InTurn(round))
            {
                bench.Step($"{title}, {target.Name}", round);
                using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(15));
                await Measure(section, target, await postgres.CreateDatabase(), postgres.ProcessId, online, away, rate, settings, giveUp.Token);
            }
        }
    }

    private static async Task Measure(Section section, ChatTarget target, string database, int postmaster, int online, int away, double? rate, Settings settings, CancellationToken giveUp)
    {
        using var servers = await target.Start(database);
        var clients = await target.Connect(servers, online, giveUp);
        var room = new LoadRoom(await target.Room(servers, clients, away, giveUp), [.. clients.Take(Senders)]);
        Task<LoadResult> Load(double seconds) => rate is { } offered ? ChatLoad.Open([room], offered, seconds, giveUp) : ChatLoad.Closed([room], seconds, giveUp);
        await Load(settings.Short ? 0.5 : 10);

        var (before, counted) = (Cost.Now(servers, postmaster), await SiloMeters.Sum(servers));
        var load = await Load(settings.Seconds(8));
        var (spent, counts) = (Cost.Now(servers, postmaster).Since(before), await SiloMeters.Sum(servers));
        foreach (var client in clients) await client.DisposeAsync();

        var (cost, each, group, side) = (spent.Each(load.Sent), spent.Each(load.Delivered), "Everybody hears everything", target.Name);
        section.Add(group, "deliveries", "a second", Better.Higher, side, load.Delivered / Math.Max(load.Seconds, load.DeliverySeconds));
        section.Add(group, "messages", "a second", Better.Higher, side, load.Rate);
        section.Add(group, "delivered to the others", "% of what should be", Better.Higher, side, 100d * load.Delivered / Math.Max(1, load.Sent * (online - 1)));
        section.Add(group, "processor time of the server", "us a delivery", Better.Lower, side, each.Server);
        section.Add(group, "processor time of PostgreSQL", "us a message", Better.Lower, side, cost.Postgres);
        section.Add(group, "processor time of the clients", "us a delivery", Better.Neither, side, each.Clients);
        section.Add(group, "acknowledged, p50", "ms", Better.Lower, side, load.Acks.Percentile(50));
        section.Add(group, "acknowledged, p99", "ms", Better.Lower, side, load.Acks.Percentile(99));
        section.Add(group, "seen, p50", "ms", Better.Lower, side, load.Seen.Percentile(50));
        section.Add(group, "seen, p99", "ms", Better.Lower, side, load.Seen.Percentile(99));
        section.Add(group, "seen", side, load.Seen);
        foreach (var (name, count) in counts) section.Add("Messages between grains, as the meters of Orleans count them", name, "a message sent to the room", Better.Lower, side, (count - counted.GetValueOrDefault(name)) / (double)Math.Max(1, load.Sent));
    }
}
