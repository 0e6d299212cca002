namespace OrleansSocial.Crash;

/// <summary>The servers that silos stand on are killed and started again while people chat.</summary>
public abstract class ServerOutageTests(Membership membership)
{
    private const int Silos = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(LongForm.Or(8, 20));

    [Fact]
    public async Task A_restart_of_what_silos_stand_on_costs_no_silo_and_no_message()
    {
        await using var ground = await Ground.Bare(membership);
        await using var cluster = await LocalCluster.Start(ground, Silos);
        await using var crowd = await Crowd.Gather([cluster.Address], ground.Logs, people: 12, rooms: 6, s_patience);
        await crowd.EveryoneAcknowledged(10);

        for (var restart = 0; restart < LongForm.Or(2, 10); restart++)
        {
            await cluster.Keeper.KillPostgres();
            await crowd.EveryoneAcknowledged(10);
            await cluster.Keeper.StopPostgres();
            await crowd.EveryoneAcknowledged(10);
            if (ground.Redis is { } redis)
            {
                // Who is a member is known in memory too: people notice nothing while the list is away.
                await redis.Kill();
                await crowd.EveryoneAcknowledged(10);
                await redis.Start();
                await crowd.EveryoneAcknowledged(10);
                await redis.Stop();
                await redis.Start();
                await crowd.EveryoneAcknowledged(10);
            }
        }

        Assert.All(Enumerable.Range(1, Silos), silo => Assert.Equal(1, cluster.StartsOf(silo)));
        await crowd.Finish(cluster.Postgres);
    }
}

/// <summary>The same with the members in PostgreSQL.</summary>
public sealed class ServerOutageOverPostgresTests() : ServerOutageTests(Membership.Postgres);

/// <summary>The same with the members in Redis.</summary>
public sealed class ServerOutageOverRedisTests() : ServerOutageTests(Membership.Redis);
