using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Connections;

/// <summary>Connections as such: what an idle one holds, what comes and goes costs, and what happens when a node with thousands of them is killed.</summary>
internal static class ConnectionBenchmarks
{
    private const int WatchersEach = 100;

    /// <summary>The parts that can be asked for.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["idle", "presence", "storm"];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        if (bench.Settings.Wants("idle")) await Idle(bench, postgres);
        if (bench.Settings.Wants("presence")) await Presence(bench, postgres);
        if (bench.Settings.Wants("storm")) await ReconnectStorm.Run(bench, postgres);
    }

    /// <summary>Resident memory that each of many idle connections adds to a server that has some already.</summary>
    private static async Task Idle(Bench bench, Support.PrivatePostgres postgres)
    {
        var (settings, targets) = (bench.Settings, ChatTarget.All());
        var (first, more) = (settings.Size(400, 50), settings.Size(2000, 100));
        var section = bench.Section("Idle connections", $"A fresh server with {first} connections gets {more} more that say nothing.", SocialTarget.OurName, [.. targets.Select(t => t.Name).Where(name => name != SocialTarget.OurName)]);
        bench.Steps(settings.Rounds * targets.Length);
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var target in targets.InTurn(round))
            {
                bench.Step($"idle connections, {target.Name}", round);
                using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(5));
                using var servers = await target.Start(await postgres.CreateDatabase());
                var some = await target.Connect(servers, first, giveUp.Token);
                var before = servers.ResidentBytes;
                var rest = await target.Connect(servers, more, giveUp.Token);
                section.Add($"{more} connections", "memory", "KiB a connection", Better.Lower, target.Name, (servers.ResidentBytes - before) / 1024.0 / more);
                foreach (var client in some.Concat(rest)) await client.DisposeAsync();
            }
        }
    }

    /// <summary>People who come and go, watched by others: what that costs the server.</summary>
    private static async Task Presence(Bench bench, Support.PrivatePostgres postgres)
    {
        var (settings, people) = (bench.Settings, bench.Settings.Size(2000, 120));
        ChatTarget[] targets = [new SignalRTarget(), new SocketIoTarget(), new SocialTarget(people: people + (people / WatchersEach) + 1)];
        var perSecond = people / 60.0;
        var section = bench.Section(
            "Who comes and goes",
            $"{people} people a minute open a connection, and each leaves some seconds later. At ours each of them is watched by one who shares a group with them and is told when they come and go; the yardsticks know no presence: there they connect and leave.",
            SocialTarget.OurName,
            [.. targets.Select(t => t.Name).Where(name => name != SocialTarget.OurName)]);
        bench.Steps(settings.Rounds * targets.Length);
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var target in targets.InTurn(round))
            {
                bench.Step($"who comes and goes, {target.Name}", round);
                using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(10));
                using var servers = await target.Start(await postgres.CreateDatabase());
                var watchers = target is SocialTarget social ? await Watchers(social, servers, people, giveUp.Token) : [];
                var (before, visits) = (Cost.Now(servers, postgres.ProcessId), 0L);
                var result = await OpenLoop.Run(perSecond, settings.Seconds(20), async (number, _) =>
                {
                    var client = target is SocialTarget ours
                        ? (await ours.Connect(servers.Of(0), (int)(number % people), null, giveUp.Token)).Client
                        : (await target.Connect(servers, 1, giveUp.Token))[0];
                    Interlocked.Increment(ref visits);
                    await Stay(settings.Short ? 0.3 : 5, giveUp.Token);
                    await client.DisposeAsync();
                    return true;
                }, giveUp.Token);
                if (result.Failed > 0) throw new InvalidOperationException($"{result.Failed} of {result.Offered} did not get a connection.");
                var cost = Cost.Now(servers, postgres.ProcessId).Since(before);
                var group = $"{people} people a minute";
                section.Add(group, "processor time of the server", "% of a core", Better.Lower, target.Name, cost.Server / 1e4 / result.Seconds);
                section.Add(group, "processor time of the server", "ms a visit", Better.Lower, target.Name, cost.Server / 1e3 / Math.Max(1, visits));
                section.Add(group, "processor time of PostgreSQL", "% of a core", Better.Lower, target.Name, cost.Postgres / 1e4 / result.Seconds);
                foreach (var watcher in watchers) await watcher.DisposeAsync();
            }
        }
    }

    /// <summary>Groups of a hundred, each with one who watches all the others.</summary>
    private static async Task<List<ChatClient>> Watchers(SocialTarget target, ServerGroup servers, int people, CancellationToken giveUp)
    {
        var watchers = new List<ChatClient>();
        for (var first = 0; first < people; first += WatchersEach)
        {
            var size = Math.Min(WatchersEach, people - first);
            var members = new List<ChatClient> { (await target.Connect(servers.Of(0), people + (first / WatchersEach), null, giveUp)).Client };
            for (var i = 0; i < size; i++) members.Add((await target.Connect(servers.Of(0), first + i, null, giveUp)).Client);
            await target.Room(servers, members, 0, giveUp);
            await ((HubClient)members[0]).Socket.Invoke("Watch", giveUp, [members.Skip(1).Select(member => target.Owner(member).User).ToList()]);
            watchers.Add(members[0]);
            foreach (var member in members.Skip(1)) await member.DisposeAsync();
        }

        return watchers;
    }

    private static async Task Stay(double seconds, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(seconds));
        await timer.WaitForNextTickAsync(cancellation);
    }
}
