using Support;

namespace OrleansSocial.Crash;

/// <summary>What keeps the members of a cluster.</summary>
public enum Membership
{
    /// <summary>The database that holds everything else.</summary>
    Postgres,

    /// <summary>A Redis beside it.</summary>
    Redis,
}

/// <summary>What a cluster under test stands on: a folder, a database, and what keeps its members. All of it goes away at the end.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private const string RedisKey = "ConnectionStrings__Redis";
    private const string ConnectionsMax = "max_connections=1000";

    private static readonly Lazy<Task<PrivatePostgres>> s_shared = new(() => PrivatePostgres.Start("-c", ConnectionsMax));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("social-crash-");

    private Ground(PrivatePostgres? postgres, RedisServer? redis) => (OwnPostgres, Redis) = (postgres, redis);

    /// <summary>The PostgreSQL, where it is this test's own.</summary>
    public PrivatePostgres? OwnPostgres { get; }

    /// <summary>The Redis, where it keeps the members.</summary>
    public RedisServer? Redis { get; }

    /// <summary>How to connect to the database. Empty: the process that keeps the silos brings its own.</summary>
    public string Postgres { get; private init; } = "";

    /// <summary>The folder of processes that keep things.</summary>
    public string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>The folder of what people were promised and saw.</summary>
    public string Logs => Path.Combine(_folder.FullName, "logs");

    /// <summary>The folder of everything.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Settings of every process.</summary>
    public IReadOnlyDictionary<string, string> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(Crowd.Settings);
            if (Postgres.Length > 0) settings[SiloProcess.PostgresKey] = Postgres;
            if (Redis is { } redis) settings[RedisKey] = redis.Address;
            return settings;
        }
    }

    /// <summary>A database on the server that tests share which run side by side.</summary>
    public static async Task<Ground> Shared(Membership membership) => await Open(membership, await s_shared.Value, own: false, "127.0.0.1");

    /// <summary>A database on a server of its own, at an address of this machine: whatever is done to it, nobody else notices.</summary>
    public static async Task<Ground> Own(Membership membership, string host = "127.0.0.1") =>
        await Open(membership, await PrivatePostgres.StartAt(host, "-c", ConnectionsMax), own: true, host);

    /// <summary>No database: the process that keeps the silos brings its own.</summary>
    public static async Task<Ground> Bare(Membership membership) => new(null, await RedisOf(membership, "127.0.0.1"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Redis is not null) await Redis.DisposeAsync();
        if (OwnPostgres is not null) await OwnPostgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<Ground> Open(Membership membership, PrivatePostgres postgres, bool own, string host) =>
        new(own ? postgres : null, await RedisOf(membership, host)) { Postgres = await postgres.CreateDatabase() };

    private static async Task<RedisServer?> RedisOf(Membership membership, string host) =>
        membership == Membership.Redis ? await RedisServer.Start(host) : null;
}
