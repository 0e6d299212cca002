namespace OrleansSocial.Crash;

/// <summary>People chat while the only process and its PostgreSQL are killed; afterwards every promise is checked.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly int s_kills = LongForm.Or(7, 20);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(LongForm.Or(8, 20));

    [Fact]
    public async Task Killed_again_and_again_nothing_acknowledged_is_lost_and_everyone_converges()
    {
        await using var ground = await Ground.Bare(Membership.Postgres);
        await using var silo = await SiloProcess.Start(ground.Data, ground.Settings);
        await using var crowd = await Crowd.Gather([silo.Address], ground.Logs, people: 12, rooms: 3, s_patience);

        for (var kill = 1; kill <= s_kills; kill++) await KillOnce(silo, crowd, kill);
        await crowd.MoreAcknowledged(50);
        var stored = await crowd.Finish(silo.Postgres);

        output.WriteLine($"{crowd.Acknowledged} acknowledged, {stored.Count} stored, {crowd.Clients.Sum(c => c.Reconnects)} connections lost");
    }

    /// <summary>Kills at a random moment: after a random number of further receipts, so that every phase of a send is hit.</summary>
    private static async Task KillOnce(SiloProcess silo, Crowd crowd, int kill)
    {
        await crowd.MoreAcknowledged(Random.Shared.Next(20, 400));
        if (kill % 3 == 0)
        {
            await silo.KillPostgres();
            return;
        }

        await silo.Kill();
        await silo.Start();
    }
}
