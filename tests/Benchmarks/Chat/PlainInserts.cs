using Npgsql;
using Support;

namespace OrleansSocial.Benchmarks.Chat;

/// <summary>What stands beside the durable sends: the same texts, each by an INSERT of its own on a connection of a pool.</summary>
internal sealed class PlainInserts : IAsyncDisposable
{
    private const int ConnectionsMax = 50;
    private readonly NpgsqlDataSource _source;

    private PlainInserts(NpgsqlDataSource source) => _source = source;

    /// <summary>Makes the table.</summary>
    public static async Task<PlainInserts> Open(string connection)
    {
        await PrivatePostgres.Execute(connection, """
            CREATE TABLE texts (
                room uuid NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, sender uuid NOT NULL, client_key text NOT NULL, body text NOT NULL, sent_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (room, id), UNIQUE (room, sender, client_key))
            """);
        return new(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = ConnectionsMax, MaxAutoPrepare = 4 }.ConnectionString));
    }

    /// <summary>What a caller does.</summary>
    public Func<Task> Caller(int number)
    {
        var (room, sender, sent) = (Guid.CreateVersion7(), Guid.CreateVersion7(), 0);
        return async () =>
        {
            await using var insert = _source.CreateCommand("INSERT INTO texts (room, sender, client_key, body) VALUES ($1, $2, $3, $4) RETURNING id, sent_at");
            insert.Parameters.AddWithValue(room);
            insert.Parameters.AddWithValue(sender);
            insert.Parameters.AddWithValue($"{number}-{sent++}");
            insert.Parameters.AddWithValue("How about lunch at the place by the river tomorrow, around noon?");
            await using var row = await insert.ExecuteReaderAsync();
            await row.ReadAsync();
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
