using System.Globalization;
using OrleansSocial.Driver;
using OrleansSocial.Verify;
using Xunit.Abstractions;

namespace OrleansSocial.Crash;

/// <summary>People chat while the process and its PostgreSQL are killed; afterwards every promise is checked.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int ClientCount = 12;
    private const int RoomCount = 3;
    private const int KillsOfTheSilo = 14;
    private const int KillsOfPostgres = 6;
    private const string Password = "correct horse battery";

    private static readonly Dictionary<string, string> s_settings = new()
    {
        // The test is about durability: limits that protect a real server would only slow it down.
        ["Social__RateLimits__Register__TokensMax"] = "1000",
        ["Social__RateLimits__Messages__TokensMax"] = "1000000",
        ["Social__RateLimits__Reads__TokensMax"] = "1000000",
        ["Social__RateLimits__Live__TokensMax"] = "1000000",
        ["Social__Identity__AccessMinutes"] = "60",
    };

    [Fact]
    public async Task Killed_twenty_times_nothing_acknowledged_is_lost_and_everyone_converges()
    {
        var folder = Directory.CreateTempSubdirectory("social-crash-");
        var logs = folder.CreateSubdirectory("logs").FullName;
        await using var silo = await SiloProcess.Start(Path.Combine(folder.FullName, "data"), s_settings);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        var clients = await People(silo, logs, giveUp.Token);
        using var stopFollowing = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token);
        var following = clients.Select(c => c.Follow(stopFollowing.Token)).ToList();

        using var stopSending = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token);
        var sending = clients.Select(c => c.SendAll(stopSending.Token, giveUp.Token)).ToList();
        for (var kill = 0; kill < KillsOfTheSilo + KillsOfPostgres; kill++) await KillOnce(silo, clients, kill, giveUp.Token);
        await Acknowledged(clients, 50, giveUp.Token);
        await stopSending.CancelAsync();
        await Task.WhenAll(sending);
        await Converged(silo, clients, giveUp.Token);
        await stopFollowing.CancelAsync();
        await Task.WhenAll(following);

        var stored = await Database.ReadAll(silo.Postgres);
        foreach (var client in clients) client.Dispose();
        var lines = ClientLog.ReadFolder(logs);
        output.WriteLine($"{clients.Sum(c => c.Acknowledged)} acknowledged, {stored.Count} stored, {clients.Sum(c => c.Reconnects)} connections lost");
        Assert.Empty(Checker.Check(lines, stored));
        Assert.NotEmpty(Checker.Check(lines, [.. stored.Where(r => r.Seq != 5)]));
        folder.Delete(recursive: true);
    }

    /// <summary>Kills at a random moment: after a random number of further receipts, so that every phase of a send is hit.</summary>
    private static async Task KillOnce(SiloProcess silo, IReadOnlyList<CrashClient> clients, int kill, CancellationToken giveUp)
    {
        await Acknowledged(clients, Random.Shared.Next(20, 400), giveUp);
        if (kill % 10 is 3 or 6 or 9)
        {
            silo.KillPostgres();
            return;
        }

        await silo.Kill();
        await silo.Start();
    }

    private static Task Acknowledged(IReadOnlyList<CrashClient> clients, int more, CancellationToken giveUp)
    {
        var goal = clients.Sum(c => c.Acknowledged) + more;
        return Until(() => Task.FromResult(clients.Sum(c => c.Acknowledged) >= goal), giveUp);
    }

    private static Task Converged(SiloProcess silo, IReadOnlyList<CrashClient> clients, CancellationToken giveUp) => Until(
        async () =>
        {
            var stored = await Database.ReadAll(silo.Postgres);
            return clients.All(c => c.Rooms.All(room => c.SeenIn(room) >= stored.Count(r => r.Conversation == room)));
        },
        giveUp);

    private static async Task Until(Func<Task<bool>> condition, CancellationToken giveUp)
    {
        for (var tries = 0; !await condition(); tries++) await Backoff.After(Math.Min(tries, 2), giveUp);
    }

    private static async Task<List<CrashClient>> People(SiloProcess silo, string logs, CancellationToken giveUp)
    {
        var apis = new List<ApiClient>();
        for (var i = 0; i < ClientCount; i++)
        {
            var api = new ApiClient(silo.Address);
            await api.SignIn(string.Create(CultureInfo.InvariantCulture, $"crash_{i}"), Password, giveUp);
            apis.Add(api);
        }

        var rooms = new List<Guid>();
        for (var r = 0; r < RoomCount; r++)
        {
            var others = apis.Skip(1).Select(a => a.User).ToList();
            rooms.Add(Guid.Parse(await apis[0].Conversation($"Room {r}", others, giveUp)));
        }

        return [.. apis.Select((api, i) => new CrashClient(api, silo.Hub, new ClientLog(Path.Combine(logs, $"client-{i}.jsonl")), rooms))];
    }
}
