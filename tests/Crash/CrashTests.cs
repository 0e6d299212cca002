
namespace OrleansSocial.Crash;

/// <summary>People chat while the process and its PostgreSQL are killed; afterwards every promise is checked.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int ClientCount = 12;
    private const int RoomCount = 3;
    private const int KillsOfTheSilo = 14;
    private const int KillsOfPostgres = 6;

    [Fact]
    public async Task Killed_twenty_times_nothing_acknowledged_is_lost_and_everyone_converges()
    {
        var folder = Directory.CreateTempSubdirectory("social-crash-");
        await using (var silo = await SiloProcess.Start(Path.Combine(folder.FullName, "data"), Crowd.Settings))
        {
            await using var crowd = await Crowd.Gather([silo.Address], Path.Combine(folder.FullName, "logs"), ClientCount, RoomCount, TimeSpan.FromMinutes(6));

            for (var kill = 0; kill < KillsOfTheSilo + KillsOfPostgres; kill++) await KillOnce(silo, crowd, kill);
            await crowd.MoreAcknowledged(50);
            var stored = await crowd.Finish(silo.Postgres);

            output.WriteLine($"{crowd.Acknowledged} acknowledged, {stored.Count} stored, {crowd.Clients.Sum(c => c.Reconnects)} connections lost");
        }

        folder.Delete(recursive: true);
    }

    /// <summary>Kills at a random moment: after a random number of further receipts, so that every phase of a send is hit.</summary>
    private static async Task KillOnce(SiloProcess silo, Crowd crowd, int kill)
    {
        await crowd.MoreAcknowledged(Random.Shared.Next(20, 400));
        if (kill % 10 is 3 or 6 or 9)
        {
            await silo.KillPostgres();
            return;
        }

        await silo.Kill();
        await silo.Start();
    }
}
