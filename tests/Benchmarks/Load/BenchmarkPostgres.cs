using Support;

namespace OrleansSocial.Benchmarks.Load;

/// <summary>A PostgreSQL as a deployment has it: durable in every respect, with the memory of a small server.</summary>
internal static class BenchmarkPostgres
{
    /// <summary>Starts it with fsync, synchronous commits and full page writes on.</summary>
    public static Task<PrivatePostgres> Start() => PrivatePostgres.Start(
        "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB");

    /// <summary>A database with the tables of the product, for what runs without a silo.</summary>
    public static async Task<string> CreateTables(this PrivatePostgres postgres)
    {
        var connection = await postgres.CreateDatabase();
        foreach (var script in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "migrations"), "*.sql").Order(StringComparer.Ordinal))
            await PrivatePostgres.Execute(connection, await File.ReadAllTextAsync(script));
        return connection;
    }
}
