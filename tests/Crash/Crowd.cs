using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansSocial.Driver;
using OrleansSocial.Verify;

namespace OrleansSocial.Crash;

/// <summary>People who chat in the same conversations while things are done to the servers, and what came of it.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    // People are spread over the nodes in turn, so that the first ones ask all of them.
    private const int NodesMax = 3;

    private readonly string _logs;
    private readonly CancellationTokenSource _giveUp;
    private readonly CancellationTokenSource _stopFollowing;
    private readonly CancellationTokenSource _stopSending;
    private readonly List<Task> _following;
    private readonly List<Task> _sending;

    private Crowd(string logs, IReadOnlyList<CrashClient> clients, CancellationTokenSource giveUp)
    {
        (_logs, Clients, _giveUp) = (logs, clients, giveUp);
        _stopFollowing = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token);
        _stopSending = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token);
        _following = [.. clients.Select(c => c.Follow(_stopFollowing.Token))];
        _sending = [.. clients.Select(c => c.SendAll(_stopSending.Token, giveUp.Token))];
    }

    /// <summary>Settings of the servers under test: limits and costs that protect a real server would only slow the test down.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Social__RateLimits__Register__TokensMax"] = "1000",
        ["Social__RateLimits__Login__TokensMax"] = "1000",
        ["Social__RateLimits__Refresh__TokensMax"] = "1000000",
        ["Social__RateLimits__Messages__TokensMax"] = "1000000",
        ["Social__RateLimits__Writes__TokensMax"] = "1000000",
        ["Social__RateLimits__Reads__TokensMax"] = "1000000",
        ["Social__RateLimits__Live__TokensMax"] = "1000000",
        ["Social__Identity__AccessMinutes"] = "60",
        ["Social__Identity__HashOperations"] = "1",
        ["Social__Identity__HashMemoryKiB"] = "1024",
    };

    /// <summary>Everyone.</summary>
    public IReadOnlyList<CrashClient> Clients { get; }

    /// <summary>Ends when the test has taken too long.</summary>
    public CancellationToken GiveUp => _giveUp.Token;

    /// <summary>How many messages were acknowledged.</summary>
    public long Acknowledged => Clients.Sum(c => c.Acknowledged);

    /// <summary>Opens accounts and conversations, and lets everyone begin to chat. The people are spread over the addresses.</summary>
    public static async Task<Crowd> Gather(IReadOnlyList<Uri> addresses, string logs, int people, int rooms, TimeSpan patience)
    {
        var giveUp = new CancellationTokenSource(patience);
        Directory.CreateDirectory(logs);
        var apis = new List<ApiClient>();
        for (var i = 0; i < people; i++)
        {
            var api = new ApiClient(addresses[i % addresses.Count]);
            await Backoff.Patiently(() => api.SignIn(string.Create(CultureInfo.InvariantCulture, $"crash_{i}"), Password, giveUp.Token), giveUp.Token);
            apis.Add(api);
        }

        var ids = new List<Guid>();
        for (var r = 0; r < rooms; r++)
        {
            var others = apis.Skip(1).Select(a => a.User).ToList();
            ids.Add(Guid.Parse(await Backoff.Patiently(() => apis[0].Conversation($"Room {r}", others, giveUp.Token), giveUp.Token)));
        }

        return new(logs, [.. apis.Select((api, i) => new CrashClient(
            api, HubOf(addresses[i % addresses.Count]), new ClientLog(Path.Combine(logs, $"client-{i}.jsonl")), ids))], giveUp);
    }

    /// <summary>Waits until so many more messages were acknowledged.</summary>
    public Task MoreAcknowledged(int count)
    {
        var goal = Acknowledged + count;
        return Until(() => Task.FromResult(Acknowledged >= goal), $"{count} more acknowledged");
    }

    /// <summary>Waits until so many more messages of everyone were acknowledged.</summary>
    public Task EveryoneAcknowledged(int count)
    {
        var goals = Clients.Select(c => c.Acknowledged + count).ToList();
        return Until(() => Task.FromResult(Clients.Zip(goals).All(c => c.First.Acknowledged >= c.Second)), $"{count} more acknowledged of everyone");
    }

    /// <summary>Waits until a condition holds.</summary>
    public async Task Until(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        for (var tries = 0; !await condition(); tries++)
        {
            if (GiveUp.IsCancellationRequested) throw new TimeoutException($"Waited in vain for {what}; {Acknowledged} messages were acknowledged.");
            await Backoff.After(Math.Min(tries, 2), GiveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Lets a stretch of time pass while everyone goes on.</summary>
    public Task During(TimeSpan time)
    {
        var since = TimeProvider.System.GetTimestamp();
        return Until(() => Task.FromResult(TimeProvider.System.GetElapsedTime(since) >= time), $"{time} to pass");
    }

    /// <summary>Lets everyone finish and catch up, and compares what they were promised and saw, and what grains hold, with what is stored.</summary>
    /// <returns>What is stored.</returns>
    public async Task<IReadOnlyList<StoredRow>> Finish(string postgres)
    {
        await _stopSending.CancelAsync();
        await Task.WhenAll(_sending);
        await Until(async () =>
        {
            var now = await Database.ReadAll(postgres);
            return Clients.All(c => c.Rooms.All(room => c.SeenIn(room) >= now.Count(r => r.Conversation == room)));
        }, "everyone to have seen everything");
        await _stopFollowing.CancelAsync();
        await Task.WhenAll(_following);
        var stored = await Database.ReadAll(postgres);
        await CheckHeld(postgres);
        foreach (var client in Clients) client.Dispose();

        var lines = ClientLog.ReadFolder(_logs);
        Assert.Empty(Checker.Check(lines, stored));

        // A checker that finds nothing wrong with a lost message proves nothing.
        Assert.NotEmpty(Checker.Check(lines, [.. stored.Where(r => r.Seq != 5)]));
        return stored;
    }

    /// <summary>What the grains hold after all of it is what is stored, whichever node tells it.</summary>
    private async Task CheckHeld(string postgres)
    {
        var stored = await Database.ReadRooms(postgres);
        foreach (var client in Clients.Take(NodesMax))
        {
            foreach (var room in client.Rooms) Assert.Equal(stored[room], await client.Held(room, GiveUp));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _giveUp.CancelAsync();
        await Task.WhenAll([.. _sending, .. _following]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var client in Clients) client.Dispose();
        _stopFollowing.Dispose();
        _stopSending.Dispose();
        _giveUp.Dispose();
    }

    private static Uri HubOf(Uri address) => new UriBuilder(address) { Scheme = "ws", Path = "/v1/live" }.Uri;
}
