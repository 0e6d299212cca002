using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Support;

namespace OrleansSocial.Support;

/// <summary>A fence by which a test may write to a database without a silo.</summary>
public static class FencedDatabase
{
    /// <summary>Puts a fence up as a silo that joins does, with its heartbeat.</summary>
    public static async Task<WriteFence> PutUp(string connection, string silo = "127.0.0.1:1@1")
    {
        var fence = new WriteFence();
        await PrivatePostgres.Execute(connection, $"INSERT INTO silo_fences (silo, fence, membership) VALUES ('{silo}', '{fence.Id}', 'postgresql'); INSERT INTO heartbeats (silo) VALUES ('{silo}')");
        return fence;
    }

    /// <summary>A writer as each silo has one.</summary>
    internal static GroupCommit Writer(Database database, WriteFence fence, GroupCommitOptions? options = null, IPersonalEvents? people = null) =>
        new(database, fence, Options.Create(options ?? new()), TimeProvider.System, NullLogger<GroupCommit>.Instance, people);

    /// <summary>Holds the row that every write transaction locks, so that none can go on until the hold is disposed.</summary>
    internal static async Task<IAsyncDisposable> HoldWrites(Database database)
    {
        var connection = await database.OpenOwn();
        await using var command = new NpgsqlCommand("BEGIN; SELECT 1 FROM silo_fences FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until a write transaction waits for the held row.</summary>
    internal static async Task WriteIsWaiting(Database database)
    {
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while (await Scalar<long>(database, Waiting) == 0) await Task.Yield();
    }

    /// <summary>The one value that a query answers.</summary>
    internal static Task<T> Scalar<T>(Database database, string sql) => database.Use(async (connection, cancellation) =>
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    });
}
