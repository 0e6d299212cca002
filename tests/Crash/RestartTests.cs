using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>Silos are stopped in good order and started again while people chat.</summary>
public abstract class RestartTests(Membership membership, ITestOutputHelper output)
{
    private const int Silos = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task A_rolling_restart_under_load_costs_nobody_more_than_one_repetition_and_one_of_everything_costs_no_message()
    {
        await using var ground = await Ground.Shared(membership);
        await using var cluster = await LocalCluster.Start(ground, Silos);
        await using var crowd = await Crowd.Gather([cluster.Address], ground.Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(20);

        for (var silo = 1; silo <= Silos; silo++)
        {
            var starts = cluster.StartsOf(silo);
            await Signals.Terminate(cluster.ProcessOf(silo));
            await cluster.Again(crowd, silo, starts + 1);
            await crowd.EveryoneAcknowledged(20);
        }

        output.WriteLine($"{crowd.Acknowledged} acknowledged, {crowd.Clients.Count(c => c.RepeatsMax > 0)} of {crowd.Clients.Count} people had to repeat a message, at most {crowd.Clients.Max(c => c.RepeatsMax)} times");
        var repeats = crowd.Clients.Select(c => c.RepeatsMax).ToList();
        await cluster.Keeper.Stop();
        await cluster.Keeper.Start();
        await crowd.EveryoneAcknowledged(10);

        await crowd.Finish(cluster.Postgres);
        Assert.All(repeats, most => Assert.InRange(most, 0, 1));
    }

    [Fact]
    public async Task A_node_without_grains_serves_people_through_the_silos_and_outlives_their_restart()
    {
        await using var ground = await Ground.Shared(membership);
        var settings = new Dictionary<string, string>(ground.Settings);
        (settings["Social__Node__Authority"], settings["Social__Node__Certificate"]) = ClusterCertificates.Make(ground.Folder, "cluster");
        await using var silo = await SiloProcess.Start(ground.Data, settings, "--Social:Node:Roles=silo", $"--Social:Node:GatewayPort={FreePort.Find()}");
        await using var node = await SiloProcess.Start(ground.Data, settings, "--Social:Node:Roles=api");
        await using var crowd = await Crowd.Gather([node.Address], ground.Logs, people: 8, rooms: 3, s_patience);
        await crowd.EveryoneAcknowledged(20);

        await silo.Kill();
        await silo.Start();
        await crowd.EveryoneAcknowledged(20);
        await silo.Stop();
        await silo.Start();
        await crowd.EveryoneAcknowledged(20);

        Assert.True(node.Runs);
        await crowd.Finish(silo.Postgres);
    }
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class RestartOverPostgresTests(ITestOutputHelper output) : RestartTests(Membership.Postgres, output);

/// <summary>The same with the members in Redis.</summary>
public sealed class RestartOverRedisTests(ITestOutputHelper output) : RestartTests(Membership.Redis, output);
