using System.Globalization;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks;

/// <summary>A server under the chat load: how people connect to it and meet in rooms. Ours and the yardstick answer the same hub calls.</summary>
internal abstract class ChatTarget(string name)
{
    public string Name => name;

    /// <summary>Starts a fresh process over its database.</summary>
    public abstract Task<ServerProcess> Start(string postgres);

    /// <summary>Opens connections, each of its own person as far as the server knows people.</summary>
    public abstract Task<IReadOnlyList<LiveSocket>> Connect(ServerProcess server, int count, CancellationToken cancellation);

    /// <summary>Makes a room of these connections and gives its id.</summary>
    public abstract Task<string> Room(ServerProcess server, IReadOnlyList<LiveSocket> members, CancellationToken cancellation);
}

/// <summary>Plain SignalR and Npgsql.</summary>
internal sealed class YardstickTarget() : ChatTarget("plain SignalR + Npgsql")
{
    private int _rooms;

    public override Task<ServerProcess> Start(string postgres) => ServerProcess.Start(
        Checkout.Assembly("tests/tools/Yardstick", "yardstick.dll"),
        new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = postgres });

    public override async Task<IReadOnlyList<LiveSocket>> Connect(ServerProcess server, int count, CancellationToken cancellation)
    {
        var sockets = new List<LiveSocket>();
        for (var i = 0; i < count; i++) sockets.Add(await LiveSocket.Connect(server.Hub, null, ChatLoad.Count, cancellation));
        return sockets;
    }

    public override async Task<string> Room(ServerProcess server, IReadOnlyList<LiveSocket> members, CancellationToken cancellation)
    {
        var room = string.Create(CultureInfo.InvariantCulture, $"room-{++_rooms}");
        foreach (var member in members) await member.Invoke("Join", cancellation, room);
        return room;
    }
}

/// <summary>This project's silo: accounts, access tokens, conversations as grains.</summary>
internal sealed class SocialTarget() : ChatTarget("OrleansSocial")
{
    private const int PeopleMax = 400;
    private readonly List<ApiClient> _people = [];
    private readonly Dictionary<LiveSocket, ApiClient> _owners = [];

    public override Task<ServerProcess> Start(string postgres)
    {
        _people.Clear();
        _owners.Clear();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = postgres,

            // Hashing is no part of a send.
            ["Social__Identity__HashOperations"] = "1",
            ["Social__Identity__HashMemoryKiB"] = "8",
            ["Social__Node__Seed"] = "false",
            ["Social__Live__ConnectionsMax"] = "100",
            ["Logging__LogLevel__Default"] = "Warning",
        };

        // Every request is charged as always; the limits are too high to be met.
        foreach (var rate in (string[])["Register", "Login", "LoginName", "Refresh", "Messages", "Writes", "Reads", "Live"])
        {
            settings[$"Social__RateLimits__{rate}__TokensMax"] = "1000000000";
            settings[$"Social__RateLimits__{rate}__TokensPerSecond"] = "1000000";
        }

        return ServerProcess.Start(Checkout.Assembly("silo", "silo.dll"), settings);
    }

    public override async Task<IReadOnlyList<LiveSocket>> Connect(ServerProcess server, int count, CancellationToken cancellation)
    {
        var sockets = new List<LiveSocket>();
        for (var i = 0; i < count; i++)
        {
            var person = i % PeopleMax;
            if (person == _people.Count)
            {
                var api = new ApiClient(server.Address);
                await api.SignIn(string.Create(CultureInfo.InvariantCulture, $"bench_{person}"), "correct horse battery", cancellation);
                _people.Add(api);
            }

            var socket = await LiveSocket.Connect(server.Hub, _people[person].AccessToken, ChatLoad.Count, cancellation);
            await socket.Invoke("Subscribe", cancellation, [null]);
            _owners[socket] = _people[person];
            sockets.Add(socket);
        }

        return sockets;
    }

    public override Task<string> Room(ServerProcess server, IReadOnlyList<LiveSocket> members, CancellationToken cancellation)
    {
        var others = members.Skip(1).Select(m => _owners[m].User).Distinct().ToList();
        return _owners[members[0]].Conversation(members.Count == 2 ? null : "Room", others, cancellation);
    }
}
