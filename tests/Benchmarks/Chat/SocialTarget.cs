using System.Collections.Concurrent;
using System.Globalization;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>This project's silos: accounts, access tokens, conversations as grains.</summary>
/// <param name="silos">How many processes.</param>
/// <param name="people">How many people share the connections.</param>
/// <param name="limited">People have the limits of an installation, but for opening accounts.</param>
internal sealed class SocialTarget(int silos = 1, int people = SocialTarget.PeopleMax, bool limited = false) : ChatTarget(OurName)
{
    /// <summary>What ours is called in the report.</summary>
    public const string OurName = "OrleansSocial";

    /// <summary>How many people there are unless more are asked for.</summary>
    public const int PeopleMax = 400;

    // So many fit into the body of a request.
    private const int MembersEach = 400;
    private const string Password = "correct horse battery";
    private readonly ConcurrentDictionary<int, Lazy<Task<ApiClient>>> _people = new();
    private readonly ConcurrentDictionary<ChatClient, ApiClient> _owners = new();
    private int _next;

    /// <summary>The session whose connection it is.</summary>
    public ApiClient Owner(ChatClient client) => _owners[client];

    /// <inheritdoc/>
    public override async Task<ServerGroup> Start(string postgres)
    {
        (_next, var processes) = (0, new List<ServerProcess>());
        _people.Clear();
        _owners.Clear();
        for (var i = 0; i < silos; i++) processes.Add(await ServerProcess.Start(Checkout.Assembly("silo", "silo.dll"), Settings(postgres, limited), meters: silos > 1));
        return new(processes);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ChatClient>> Connect(ServerGroup servers, int count, CancellationToken cancellation)
    {
        var first = _next;
        _next += count;
        return Connect(count, async i => (await Connect(servers.Of(i), first + i, null, cancellation)).Client);
    }

    /// <summary>Opens the connection of a person at a server, from their cursor on, and gives the new cursor when nothing more is to be read.</summary>
    public async Task<(ChatClient Client, string? Cursor)> Connect(ServerProcess server, int number, string? cursor, CancellationToken cancellation)
    {
        var person = await Person(server, number % people, cancellation);
        var client = new HubClient(await LiveSocket.Connect(server.Hub, person.AccessToken, ChatLoad.Hear, cancellation));
        try
        {
            while (true)
            {
                var answer = await client.Socket.Invoke("Subscribe", cancellation, [cursor]);
                if (!answer.TryGetProperty("value", out var read)) throw new InvalidOperationException($"Refused under load: {answer}");
                cursor = read.GetProperty("cursor").GetString();
                if (!read.TryGetProperty("more", out var more) || !more.GetBoolean()) break;
            }
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        _owners[client] = person;
        return (client, cursor);
    }

    /// <inheritdoc/>
    public override async Task<string> Room(ServerGroup servers, IReadOnlyList<ChatClient> members, int away, CancellationToken cancellation)
    {
        var creator = _owners[members[0]];
        var others = members.Skip(1).Select(m => _owners[m].User).Distinct().Where(user => user != creator.User).ToList();
        if (away > 0)
        {
            var absent = new ConcurrentBag<string>();
            await Parallel.ForAsync(0, away, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (i, _) =>
            {
                using var person = new ApiClient(servers.Of(i).Address);
                absent.Add(await person.SignIn(string.Create(CultureInfo.InvariantCulture, $"away_{Interlocked.Increment(ref s_away)}"), Password, cancellation));
            });
            others.AddRange(absent);
        }

        var room = await creator.Conversation(members.Count == 2 && away == 0 ? null : "Room", [.. others.Take(MembersEach)], cancellation);

        // Whoever is there hears of each who joins, and a crowd that comes all at once is more than any client reads.
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(5));
        foreach (var more in others.Skip(MembersEach).Chunk(MembersEach))
        {
            await pause.WaitForNextTickAsync(cancellation);
            await creator.Must(HttpMethod.Post, $"/v1/conversations/{room}/members", new { users = more }, cancellation);
        }

        return room;
    }

    private static int s_away;

    /// <summary>The session of a person, whose account is opened when it is first needed.</summary>
    private Task<ApiClient> Person(ServerProcess server, int number, CancellationToken cancellation) => _people.GetOrAdd(number, _ => new(async () =>
    {
        var api = new ApiClient(server.Address);
        await api.SignIn(string.Create(CultureInfo.InvariantCulture, $"bench_{number}"), Password, cancellation);
        return api;
    })).Value;

    private static Dictionary<string, string> Settings(string postgres, bool limited)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = postgres,

            // Hashing is no part of a send.
            ["Social__Identity__HashOperations"] = "1",
            ["Social__Identity__HashMemoryKiB"] = "8",
            ["Social__Node__Seed"] = "false",
            ["Social__Chat__MembersMax"] = "10000",
            ["Logging__LogLevel__Default"] = "Warning",
        };

        // Every request is charged as always; the limits are too high to be met.
        if (!limited) settings["Social__Live__ConnectionsMax"] = "100";
        foreach (var rate in limited ? (string[])["Register", "Login", "LoginName"] : ["Register", "Login", "LoginName", "Refresh", "Messages", "Writes", "Reads", "Live"])
        {
            settings[$"Social__RateLimits__{rate}__TokensMax"] = "1000000000";
            settings[$"Social__RateLimits__{rate}__TokensPerSecond"] = "1000000";
        }

        return settings;
    }
}
