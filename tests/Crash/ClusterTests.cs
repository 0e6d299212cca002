using System.Text.RegularExpressions;
using Npgsql;
using OrleansSocial.Driver;
using Support;

namespace OrleansSocial.Crash;

/// <summary>People chat with a cluster of real processes while things are done to its silos; afterwards every promise is checked.</summary>
public sealed partial class ClusterTests(ITestOutputHelper output) : IDisposable
{
    private const int Silos = 3;
    private const int ReplacedExitCode = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("social-cluster-");

    private string Data => Path.Combine(_folder.FullName, "data");

    private string Logs => Path.Combine(_folder.FullName, "logs");

    [Fact]
    public async Task What_a_killed_silo_held_goes_on_elsewhere_and_nothing_is_lost()
    {
        await using var cluster = await LocalCluster.Start(Data, Crowd.Settings, Silos);
        await using var crowd = await Crowd.Gather([cluster.Address], Logs, people: 12, rooms: 6, s_patience);
        await using var probe = await RoomProbe.Start(cluster.AddressOf(1), Logs, rooms: 60, crowd.GiveUp);
        await crowd.EveryoneAcknowledged(20);

        for (var kill = 1; kill <= 3; kill++)
        {
            var victim = 2 + (kill % 2);
            var starts = cluster.StartsOf(victim);
            probe.Mark();
            var killedAt = TimeProvider.System.GetTimestamp();

            await Signals.Kill(cluster.ProcessOf(victim));
            await crowd.Until(() => Task.FromResult(probe.AllAnsweredSince(killedAt)));
            await crowd.EveryoneAcknowledged(5);

            Report($"kill {kill}", probe);
            await cluster.Again(crowd, victim, starts + 1);
            await crowd.EveryoneAcknowledged(20);
        }

        await Finish(cluster, crowd, probe);
    }

    [Fact]
    public async Task A_silo_that_was_paused_past_its_lease_writes_nothing_more()
    {
        await using var cluster = await LocalCluster.Start(Data, Crowd.Settings, Silos);
        await using var crowd = await Crowd.Gather([cluster.Address], Logs, people: 24, rooms: 24, s_patience);
        await crowd.EveryoneAcknowledged(5);
        var (paused, starts) = (2, cluster.StartsOf(2));

        // With the table locked writes pile up in every silo: one transaction under way, the next ones waiting in memory. There are
        // enough people in enough rooms that each silo has some.
        await using var source = NpgsqlDataSource.Create(cluster.Postgres);
        await using (var connection = await source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await Execute(new NpgsqlCommand("LOCK TABLE messages IN SHARE MODE", connection, transaction));
            await crowd.Until(async () => await Ask<long>(source, "SELECT count(*) FROM pg_locks WHERE relation = 'messages'::regclass AND NOT granted") >= Silos);
            await Stands(crowd);
            await Signals.Pause(cluster.ProcessOf(paused));
        }

        await crowd.Until(async () => await Ask<long>(source, "SELECT count(*) FROM silo_leases") == Silos - 1);
        await Signals.Continue(cluster.ProcessOf(paused));
        await cluster.Again(crowd, paused, starts + 1);
        await crowd.EveryoneAcknowledged(10);

        var refused = cluster.LinesOf(paused).Select(line => Refused().Match(line)).Where(m => m.Success).Sum(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        output.WriteLine($"{refused} writes of the paused silo were refused");
        Assert.True(refused > 0, string.Join(Environment.NewLine, cluster.LinesOf(paused)));
        await Finish(cluster, crowd);
    }

    [Fact]
    public async Task A_restart_of_postgresql_costs_no_silo_and_no_message()
    {
        await using var cluster = await LocalCluster.Start(Data, Crowd.Settings, Silos);
        await using var crowd = await Crowd.Gather([cluster.Address], Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(10);

        for (var restart = 0; restart < 3; restart++)
        {
            await cluster.Keeper.KillPostgres();
            await crowd.EveryoneAcknowledged(10);
        }

        Assert.All(Enumerable.Range(1, Silos), silo => Assert.Equal(1, cluster.StartsOf(silo)));
        await Finish(cluster, crowd);
    }

    [Fact]
    public async Task A_rolling_restart_under_load_costs_nobody_more_than_one_repetition()
    {
        await using var cluster = await LocalCluster.Start(Data, Crowd.Settings, Silos);
        await using var crowd = await Crowd.Gather([cluster.Address], Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(20);

        for (var silo = 1; silo <= Silos; silo++)
        {
            var starts = cluster.StartsOf(silo);
            await Signals.Terminate(cluster.ProcessOf(silo));
            await cluster.Again(crowd, silo, starts + 1);
            await crowd.EveryoneAcknowledged(20);
        }

        output.WriteLine($"{crowd.Acknowledged} acknowledged, {crowd.Clients.Count(c => c.RepeatsMax > 0)} of {crowd.Clients.Count} people had to repeat a message");
        Assert.All(crowd.Clients, client => Assert.InRange(client.RepeatsMax, 0, 1));
        await Finish(cluster, crowd);
    }

    [Fact]
    public async Task Two_silos_that_cannot_reach_each_other_become_one_until_they_can()
    {
        await using var postgres = await PrivatePostgres.Start();
        var settings = new Dictionary<string, string>(Crowd.Settings) { [SiloProcess.PostgresKey] = await postgres.CreateDatabase() };
        (settings["Social__Node__Authority"], settings["Social__Node__Certificate"]) = ClusterCertificates.Make(_folder.FullName, "cluster");
        var (advertised, listening) = (FreePort.Find(2), FreePort.Find(2));
        await using var before = new CutProxy(advertised[0], listening[0]);
        await using var behind = new CutProxy(advertised[1], listening[1]);
        var silos = new List<SiloProcess>();
        for (var i = 0; i < 2; i++)
            silos.Add(await SiloProcess.Start(Data, settings, $"--Social:Node:SiloPort={advertised[i]}", $"--Social:Node:SiloListen=127.0.0.1:{listening[i]}"));

        await using var first = silos[0];
        await using var second = silos[1];
        await using var crowd = await Crowd.Gather([first.Address, second.Address], Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(20);
        Assert.True(before.Count + behind.Count > 0, "The silos reach each other through the proxies.");

        for (var cut = 0; cut < 3; cut++)
        {
            before.Reset();
            behind.Reset();
            await crowd.EveryoneAcknowledged(10);
        }

        before.Cut();
        behind.Cut();
        var ended = silos.Select(silo => silo.Ended(crowd.GiveUp)).ToList();
        var loser = silos[ended.IndexOf(await Task.WhenAny(ended))];
        Assert.Equal(ReplacedExitCode, await loser.Ended(crowd.GiveUp));
        await crowd.MoreAcknowledged(50);

        before.Heal();
        behind.Heal();
        await loser.Start();
        await crowd.EveryoneAcknowledged(20);
        await crowd.Finish(first.Postgres);
    }

    [Fact]
    public async Task A_node_without_grains_serves_people_through_the_silos_and_outlives_their_restart()
    {
        await using var postgres = await PrivatePostgres.Start();
        var settings = new Dictionary<string, string>(Crowd.Settings) { [SiloProcess.PostgresKey] = await postgres.CreateDatabase() };
        await using var silo = await SiloProcess.Start(Data, settings, "--Social:Node:Roles=silo");
        await using var node = await SiloProcess.Start(Data, settings, "--Social:Node:Roles=api");
        await using var crowd = await Crowd.Gather([node.Address], Logs, people: 8, rooms: 3, s_patience);
        await crowd.EveryoneAcknowledged(20);

        await silo.Kill();
        await silo.Start();
        await crowd.EveryoneAcknowledged(20);
        await silo.Stop();
        await silo.Start();
        await crowd.EveryoneAcknowledged(20);

        await crowd.Finish(silo.Postgres);
    }

    [Fact]
    public async Task Nothing_outlives_the_process_that_keeps_the_silos_and_the_next_one_takes_their_place()
    {
        await using var cluster = await LocalCluster.Start(Data, Crowd.Settings, 2);
        using var giveUp = new CancellationTokenSource(s_patience);
        var before = Enumerable.Range(1, 2).Select(cluster.ProcessOf).ToList();

        await cluster.Keeper.Kill();
        for (var tries = 0; before.Exists(Signals.Lives); tries++) await Backoff.After(tries, giveUp.Token);
        await cluster.Keeper.Start();
        var after = Enumerable.Range(1, 2).Select(cluster.ProcessOf).ToList();
        Assert.True(await cluster.IsReady(1));
        Assert.True(await cluster.IsReady(2));
        await Signals.Terminate(cluster.Keeper.ProcessId);

        Assert.Equal(0, await cluster.Keeper.Ended(giveUp.Token));
        Assert.DoesNotContain(after, Signals.Lives);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task Finish(LocalCluster cluster, Crowd crowd, RoomProbe? probe = null)
    {
        if (probe is not null) await probe.DisposeAsync();
        await crowd.Finish(cluster.Postgres);
    }

    /// <summary>Waits until no message is acknowledged any more.</summary>
    private static async Task Stands(Crowd crowd)
    {
        const int LooksMin = 10;
        var (last, looks) = (-1L, 0);
        await crowd.Until(() =>
        {
            (last, looks) = crowd.Acknowledged == last ? (last, looks + 1) : (crowd.Acknowledged, 0);
            return Task.FromResult(looks >= LooksMin);
        });
    }

    private static async Task<T> Ask<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Execute(NpgsqlCommand command)
    {
        await using (command) await command.ExecuteNonQueryAsync();
    }

    private void Report(string what, RoomProbe probe)
    {
        var silences = probe.SilencesOfFailed();
        if (silences.Count == 0)
        {
            output.WriteLine($"{what}: no conversation of {probe.Rooms.Count} noticed");
            return;
        }

        output.WriteLine(
            $"{what}: {silences.Count} of {probe.Rooms.Count} conversations were silent, p50 {silences[silences.Count / 2].TotalSeconds:0.00} s, "
            + $"p99 {silences[(silences.Count * 99) / 100].TotalSeconds:0.00} s, longest {silences[^1].TotalSeconds:0.00} s; at most {probe.FailuresMax} failed attempts");
    }

    [GeneratedRegex(@"A transaction of (\d+) writes failed.*no longer holds the lease")]
    private static partial Regex Refused();
}
