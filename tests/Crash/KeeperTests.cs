using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>The process that keeps the silos of a machine.</summary>
public sealed class KeeperTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Nothing_outlives_the_process_that_keeps_the_silos_and_the_next_one_takes_their_place()
    {
        await using var ground = await Ground.Bare(Membership.Postgres);
        await using var cluster = await LocalCluster.Start(ground, 2);
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
}
