using Npgsql;
using NpgsqlTypes;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>A silo that has put up its fence.</summary>
/// <param name="Silo">Its address with its generation.</param>
/// <param name="Membership">Where its cluster keeps its members.</param>
/// <param name="Joined">Whether it has been among the members.</param>
/// <param name="SilentFor">The time since its last heartbeat, on the database's clock.</param>
internal sealed record FencedSilo(string Silo, string Membership, bool Joined, TimeSpan SilentFor);

/// <summary>The tables <c>silo_fences</c> and <c>heartbeats</c>.</summary>
/// <remarks>Over one connection of its own, which no load can take from it; after a fault it is made anew.</remarks>
internal sealed class FenceStore(Database database, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1, 1);
    private NpgsqlConnection? _connection;

    /// <summary>Puts up the fence of this process. A process that ran at the same address is fenced out by it; fences of silos that ended before they joined are taken down.</summary>
    public Task Put(string silo, Guid fence, string membership, CancellationToken cancellation) => Run(
        [
            new("INSERT INTO silo_fences (silo, fence, membership) VALUES ($1, $2, $3) ON CONFLICT (silo) DO UPDATE SET fence = excluded.fence, membership = excluded.membership, joined_at = NULL")
            {
                Parameters = { Text(silo), new() { Value = fence }, Text(membership) },
            },
            new("INSERT INTO heartbeats (silo) VALUES ($1) ON CONFLICT (silo) DO UPDATE SET at = clock_timestamp()") { Parameters = { Text(silo) } },

            // Nobody finds a silo dead that ended before it was among the members.
            new("""
                WITH gone AS (
                    DELETE FROM silo_fences WHERE silo IN (
                        SELECT f.silo FROM silo_fences f JOIN heartbeats h USING (silo)
                        WHERE f.joined_at IS NULL AND h.at < clock_timestamp() - interval '5 minutes' FOR UPDATE OF f SKIP LOCKED)
                    RETURNING silo)
                DELETE FROM heartbeats WHERE silo IN (SELECT silo FROM gone)
                """),
        ],
        cancellation);

    /// <summary>Notes that the silo is among the members now.</summary>
    public Task Join(WriteFence fence, CancellationToken cancellation) => Run(
        [fence.Guard(), new("UPDATE silo_fences SET joined_at = clock_timestamp() WHERE fence = $1") { Parameters = { new() { Value = fence.Id } } }], cancellation);

    /// <summary>Moves the heartbeat under the fence.</summary>
    /// <exception cref="PostgresException">The fence is gone (<see cref="WriteFence.RefusedState"/>).</exception>
    public Task Beat(string silo, WriteFence fence, CancellationToken cancellation) => Run(
        [fence.Guard(), new("UPDATE heartbeats SET at = clock_timestamp() WHERE silo = $1") { Parameters = { Text(silo) } }], cancellation);

    /// <summary>Takes a silo's fence down; again: changes nothing. Transactions that began under it have ended when this returns.</summary>
    /// <remarks>A process that stands still in the middle of a transaction would hold this up for as long as it stands: after a moment its session is ended.</remarks>
    public async Task Remove(string silo, CancellationToken cancellation)
    {
        var removing = Run(
            [
                new("DELETE FROM silo_fences WHERE silo = $1") { Parameters = { Text(silo) } },
                new("DELETE FROM heartbeats WHERE silo = $1") { Parameters = { Text(silo) } },
            ],
            cancellation);
        while (await Task.WhenAny(removing, Task.Delay(s_patience, clock, cancellation)) != removing && _connection?.ProcessID is { } waiting)
        {
            await using var other = await database.OpenOwn(cancellation);
            await using var end = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM unnest(pg_blocking_pids($1)) AS pid", other) { Parameters = { new() { Value = waiting } } };
            await end.ExecuteScalarAsync(cancellation);
        }

        await removing;
    }

    /// <summary>Every silo that has a fence.</summary>
    public async Task<IReadOnlyList<FencedSilo>> All(CancellationToken cancellation)
    {
        var all = new List<FencedSilo>();
        await Run(
            [new("SELECT f.silo, f.membership, f.joined_at IS NOT NULL, coalesce(clock_timestamp() - h.at, interval '1 day') FROM silo_fences f LEFT JOIN heartbeats h USING (silo)")],
            cancellation,
            row => all.Add(new(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetTimeSpan(3))));
        return all;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
        _one.Dispose();
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    // The commands of a batch are one transaction.
    private async Task Run(IEnumerable<NpgsqlBatchCommand> commands, CancellationToken cancellation, Action<NpgsqlDataReader>? read = null)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            _connection ??= await database.OpenOwn(cancellation);
            await using var batch = new NpgsqlBatch(_connection);
            foreach (var command in commands) batch.BatchCommands.Add(command);
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            do
            {
                while (await reader.ReadAsync(cancellation)) read?.Invoke(reader);
            }
            while (await reader.NextResultAsync(cancellation));
        }
        catch (Exception fault) when (fault is not PostgresException)
        {
            if (Interlocked.Exchange(ref _connection, null) is { } broken) await broken.DisposeAsync();
            throw;
        }
        finally
        {
            _one.Release();
        }
    }
}
