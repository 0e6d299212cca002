using Support;

namespace OrleansSocial.Support;

/// <summary>A database with every table of the product, and a fence by which a test may write to it without a silo.</summary>
public static class FencedDatabase
{
    /// <summary>The files that make the tables, in their order.</summary>
    public static string[] Migrations { get; } = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "migrations"), "*.sql").Order(StringComparer.Ordinal)];

    /// <summary>Puts a fence up as a silo that joins does, with its heartbeat.</summary>
    public static async Task<WriteFence> PutUp(string connection, string silo = "127.0.0.1:1@1")
    {
        var fence = new WriteFence();
        await PrivatePostgres.Execute(connection, $"INSERT INTO silo_fences (silo, fence, membership) VALUES ('{silo}', '{fence.Id}', 'postgresql'); INSERT INTO heartbeats (silo) VALUES ('{silo}')");
        return fence;
    }
}
