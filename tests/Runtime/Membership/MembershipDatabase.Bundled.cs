using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Bundled;
using Orleans.Conformance.Storage;

namespace Orleans.Conformance.Membership;

/// <summary>Databases that clusters can be kept in.</summary>
internal static class MembershipDatabase
{
    /// <summary>An empty database with the tables of the membership.</summary>
    public static Task<string> Create(PostgresFixture postgres) => postgres.Server.CreateDatabase(
        [.. new[] { "*_kernel.sql", "*_cluster.sql" }.Select(script => Directory.GetFiles(AppContext.BaseDirectory, script).Single())]);

    /// <summary>The store of one silo there.</summary>
    public static PostgresMembershipStore Store(string database, string cluster = "cluster") =>
        new(cluster, database, null, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger.Instance);
}
