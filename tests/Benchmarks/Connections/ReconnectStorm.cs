using System.Diagnostics;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;

namespace OrleansSocial.Benchmarks.Connections;

/// <summary>A node of three is killed that holds thousands of connections: how soon all of them are attached elsewhere and have read what they missed, and what the others notice of it.</summary>
internal static class ReconnectStorm
{
    private const int Silos = 3;
    private const int Pairs = 20;
    private const double PairRate = 100;
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(1);

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench, Support.PrivatePostgres postgres)
    {
        var settings = bench.Settings;
        var (count, pairs) = (settings.Size(2000, 60), settings.Size(Pairs, 4));
        var rounds = settings.RoundsAsked ?? Math.Min(3, settings.Rounds);
        var section = bench.Section(
            "A node is killed",
            $"Three silos; the one that is killed (SIGKILL) holds {count} connections of {count} people, who come again with their cursors at the other two, each until it is attached and has read to the end. Meanwhile {pairs} pairs at the others send {PairRate} messages a second, timed from when each was to be sent.",
            SocialTarget.OurName);
        section.Notes.Add("The yardsticks are one process each: with it all of them are gone, and what was sent meanwhile nobody can read again. So nothing stands beside these figures.");
        bench.Steps(rounds);
        for (var round = 0; round < rounds; round++)
        {
            bench.Step("a node is killed", round);
            await Measure(section, settings, await postgres.CreateDatabase(), count, pairs);
        }
    }

    private static async Task Measure(Section section, Settings settings, string database, int count, int pairs)
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var target = new SocialTarget(Silos, people: count + (pairs * 2));
        using var servers = await target.Start(database);
        var (killed, others) = (servers.Processes[2], new ServerGroup([.. servers.Processes.Take(2)]));

        var cursors = new string?[count];
        var clients = new ChatClient[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => (clients[i], cursors[i]) = await target.Connect(killed, i, null, giveUp.Token));
        var rooms = new List<LoadRoom>();
        for (var i = 0; i < pairs; i++)
        {
            ChatClient[] pair = [(await target.Connect(others.Of(i), count + (2 * i), null, giveUp.Token)).Client, (await target.Connect(others.Of(i + 1), count + (2 * i) + 1, null, giveUp.Token)).Client];
            rooms.Add(new(await target.Room(others, pair, 0, giveUp.Token), [pair[0]]));
        }

        var calm = await Pace(rooms, settings.Seconds(5), giveUp.Token);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token);
        var meanwhile = Pace(rooms, 120, all.Token);
        await killed.Kill();
        var killedAt = Stopwatch.GetTimestamp();
        var (back, tries) = (new Latencies(), 0L);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            await clients[i].DisposeAsync();
            clients[i] = await Again(async () =>
            {
                Interlocked.Increment(ref tries);
                return (await target.Connect(others.Of(i), i, cursors[i], giveUp.Token)).Client;
            });
            back.Since(killedAt);
        }));
        await all.CancelAsync();
        var stormy = await meanwhile;
        foreach (var client in clients) await client.DisposeAsync();

        const string Group = "All are back";
        section.Add(Group, "the last is attached and has caught up", "s after the kill", Better.Lower, SocialTarget.OurName, back.Max / 1000);
        section.Add(Group, "half of them are", "s after the kill", Better.Lower, SocialTarget.OurName, back.Percentile(50) / 1000);
        section.Add(Group, "attempts", "a connection", Better.Lower, SocialTarget.OurName, tries / (double)count);
        const string Others = "Those at the other nodes";
        section.Add(Others, "acknowledged before, p99", "ms", Better.Lower, SocialTarget.OurName, calm.Answers.Percentile(99));
        section.Add(Others, "acknowledged meanwhile, p50", "ms", Better.Lower, SocialTarget.OurName, stormy.Answers.Percentile(50));
        section.Add(Others, "acknowledged meanwhile, p99", "ms", Better.Lower, SocialTarget.OurName, stormy.Answers.Percentile(99));
        section.Add(Others, "refused or failed meanwhile", "% of messages", Better.Lower, SocialTarget.OurName, 100d * stormy.Failed / Math.Max(1, stormy.Offered));
        section.Add(Others, "acknowledged meanwhile", SocialTarget.OurName, stormy.Answers);
    }

    private static Task<OpenResult> Pace(List<LoadRoom> rooms, double seconds, CancellationToken stop) => OpenLoop.Run(
        PairRate,
        seconds,
        async (number, intended) =>
        {
            var room = rooms[(int)(number % rooms.Count)];
            await ChatLoad.Send(room.Id, room.Senders[0], intended, CancellationToken.None);
            return true;
        },
        stop);

    /// <summary>Connects as clients do: again after a pause that grows, with a lot drawn.</summary>
    private static async Task<ChatClient> Again(Func<Task<ChatClient>> connect)
    {
        for (var pause = 0.05; ; pause = Math.Min(pause * 2, s_pauseMax.TotalSeconds))
        {
            try
            {
                return await connect();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or System.Net.WebSockets.WebSocketException or Driver.HubFailedException)
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(pause * (0.5 + Random.Shared.NextDouble())));
                await timer.WaitForNextTickAsync();
            }
        }
    }
}
