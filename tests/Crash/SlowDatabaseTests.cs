using System.Net;
using Npgsql;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>PostgreSQL answers late, or not at all for a while, and comes back by itself.</summary>
public abstract class SlowDatabaseTests(Membership membership)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_still = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Servers_that_are_slow_or_stand_still_cost_no_silo_and_no_message()
    {
        await using var ground = await Ground.Own(membership);
        var postgres = ground.OwnPostgres!;
        await using var way = new TcpRelay(() => new IPEndPoint(IPAddress.Loopback, postgres.Port));
        var overTheWay = new NpgsqlConnectionStringBuilder(ground.Postgres) { Port = way.Port };
        await using var fleet = await Fleet.Start(ground, 3, new Dictionary<string, string> { [SiloProcess.PostgresKey] = overTheWay.ConnectionString });
        await using var crowd = await Crowd.Gather([.. fleet.Silos.Select(silo => silo.Address)], ground.Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(10);

        way.Delay = s_late;
        await crowd.During(s_slow);
        way.Delay = TimeSpan.Zero;
        await crowd.EveryoneAcknowledged(10);

        int[] servers = [.. Signals.Tree(postgres.ProcessId), .. ground.Redis is { } redis ? [redis.ProcessId] : Array.Empty<int>()];
        foreach (var server in servers) await Signals.Pause(server);
        await crowd.During(s_still);
        foreach (var server in servers) await Signals.Continue(server);
        await crowd.EveryoneAcknowledged(10);

        Assert.All(fleet.Silos, silo => Assert.True(silo.Runs, silo.Log));
        Assert.All(Enumerable.Range(1, 3), silo => Assert.Equal((0, 0), (fleet.RefusedOf(silo), fleet.FarewellsOf(silo).Count)));
        await crowd.Finish(ground.Postgres);
    }
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class SlowDatabaseOverPostgresTests() : SlowDatabaseTests(Membership.Postgres);

/// <summary>The same with the members in Redis.</summary>
public sealed class SlowDatabaseOverRedisTests() : SlowDatabaseTests(Membership.Redis);
