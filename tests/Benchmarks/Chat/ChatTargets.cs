using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>A server under the chat load: how people connect to it and meet in rooms.</summary>
internal abstract class ChatTarget(string name)
{
    /// <summary>The sides of every chat figure: the plain SignalR server, the Socket.IO server, and ours.</summary>
    public static ChatTarget[] All(int silos = 1, int people = SocialTarget.PeopleMax) => [new SignalRTarget(), new SocketIoTarget(), new SocialTarget(silos, people)];

    /// <summary>What it is called in the report.</summary>
    public string Name => name;

    /// <summary>Starts fresh processes over a database.</summary>
    public abstract Task<ServerGroup> Start(string postgres);

    /// <summary>Opens connections, each of its own person as far as the server knows people.</summary>
    public abstract Task<IReadOnlyList<ChatClient>> Connect(ServerGroup servers, int count, CancellationToken cancellation);

    /// <summary>Makes a room of these connections, and of more members who are away as far as the server knows members, and gives its id.</summary>
    public abstract Task<string> Room(ServerGroup servers, IReadOnlyList<ChatClient> members, int away, CancellationToken cancellation);

    /// <summary>Makes connections, a few at once.</summary>
    protected static async Task<IReadOnlyList<ChatClient>> Connect(int count, Func<int, Task<ChatClient>> connect)
    {
        var clients = new ChatClient[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => clients[i] = await connect(i));
        return clients;
    }
}

/// <summary>Plain SignalR and Npgsql.</summary>
internal sealed class SignalRTarget() : ChatTarget("plain SignalR + Npgsql")
{
    private int _rooms;

    /// <inheritdoc/>
    public override async Task<ServerGroup> Start(string postgres) => new([await ServerProcess.Start(
        Checkout.Assembly("tests/tools/Yardstick", "yardstick.dll"),
        new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = postgres })]);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ChatClient>> Connect(ServerGroup servers, int count, CancellationToken cancellation) =>
        Connect(count, async i => new HubClient(await LiveSocket.Connect(servers.Of(i).Hub, null, ChatLoad.Hear, cancellation)));

    /// <inheritdoc/>
    public override async Task<string> Room(ServerGroup servers, IReadOnlyList<ChatClient> members, int away, CancellationToken cancellation)
    {
        var room = string.Create(CultureInfo.InvariantCulture, $"room-{Interlocked.Increment(ref _rooms)}");
        foreach (var member in members.Cast<HubClient>()) await member.Socket.Invoke("Join", cancellation, room);
        return room;
    }
}

/// <summary>Socket.IO and node-postgres, one process of Node.js.</summary>
internal sealed class SocketIoTarget() : ChatTarget("Socket.IO + node-postgres")
{
    /// <summary>As many connections to PostgreSQL as help it: more were slower.</summary>
    private const int PoolMax = 20;

    private static readonly Lazy<Task<string>> s_folder = new(Install);
    private int _rooms;

    /// <inheritdoc/>
    public override async Task<ServerGroup> Start(string postgres)
    {
        var (folder, port, database) = (await s_folder.Value, FreePort.Find(), new NpgsqlConnectionStringBuilder(postgres));
        return new([await ServerProcess.Start("node", ["server.mjs"], folder, port, new Dictionary<string, string>
        {
            ["NODE_ENV"] = "production",
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["POOL_MAX"] = PoolMax.ToString(CultureInfo.InvariantCulture),
            ["PGHOST"] = database.Host!,
            ["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = database.Username!,
            ["PGDATABASE"] = database.Database!,
        })]);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ChatClient>> Connect(ServerGroup servers, int count, CancellationToken cancellation) =>
        Connect(count, async i => new SocketIoClient(await SocketIoConnection.Connect(servers.Of(i).Address, ChatLoad.Hear, cancellation)));

    /// <inheritdoc/>
    public override async Task<string> Room(ServerGroup servers, IReadOnlyList<ChatClient> members, int away, CancellationToken cancellation)
    {
        var room = string.Create(CultureInfo.InvariantCulture, $"room-{Interlocked.Increment(ref _rooms)}");
        foreach (var member in members.Cast<SocketIoClient>()) await member.Connection.Emit("join", cancellation, room);
        return room;
    }

    /// <summary>Brings the packages of the lock file when they are not here.</summary>
    private static async Task<string> Install()
    {
        var folder = Path.Combine(Checkout.Root, "tests/Benchmarks/Chat/SocketIo");
        var (stamp, locked) = (Path.Combine(folder, "node_modules/.package-lock.json"), Path.Combine(folder, "package-lock.json"));
        if (File.Exists(stamp) && File.GetLastWriteTimeUtc(stamp) >= File.GetLastWriteTimeUtc(locked)) return folder;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new InvalidOperationException("npm ci failed in tests/Benchmarks/Chat/SocketIo; what it said stands above.");
        File.SetLastWriteTimeUtc(stamp, TimeProvider.System.GetUtcNow().UtcDateTime);
        return folder;
    }
}
