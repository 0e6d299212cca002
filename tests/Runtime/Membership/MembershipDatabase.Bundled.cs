using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Bundled;
using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

/// <summary>Databases that clusters can be kept in.</summary>
internal static class MembershipDatabase
{
    private static readonly Lock s_lock = new();
    private static Task<string>? s_shared;
    private static int s_clusters;

    /// <summary>A database that every cluster may use: each has an id of its own there.</summary>
    public static Task<string> Shared(PostgresFixture postgres)
    {
        lock (s_lock) return s_shared ??= Create(postgres);
    }

    /// <summary>The id of a cluster that nobody else has.</summary>
    public static string NewCluster() => $"cluster{Interlocked.Increment(ref s_clusters)}";

    /// <summary>An empty database with the tables of the membership, and with those of other scripts.</summary>
    public static Task<string> Create(PostgresFixture postgres, params string[] more) => postgres.Server.CreateDatabase(
        [.. new[] { "*_kernel.sql", "*_cluster.sql" }.Concat(more).Select(script => Directory.GetFiles(AppContext.BaseDirectory, script).Single())]);

    /// <summary>Runs a statement there.</summary>
    public static async Task<int> Execute(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>What a query answers there.</summary>
    public static async Task<T> Ask<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The store of one silo there.</summary>
    public static PostgresMembershipStore Store(string database, string cluster = "cluster") =>
        new(cluster, database, null, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger.Instance);
}
