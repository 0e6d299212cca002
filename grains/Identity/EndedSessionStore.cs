using Npgsql;
using NpgsqlTypes;

namespace OrleansSocial.Identity;

/// <summary>The table of sessions that ended while their access tokens still live. Every node reads it several times a second.</summary>
internal sealed class EndedSessionStore(Database database)
{
    private const int PageRowsMax = 10_000;
    private const int PurgeRowsMax = 10_000;

    /// <summary>Notes an ended session. Again: changes nothing.</summary>
    public Task Add(SessionId session, DateTimeOffset tokensUntil) => database.Write(
    [
        new NpgsqlBatchCommand("INSERT INTO ended_sessions (session, tokens_until) VALUES ($1, $2) ON CONFLICT (session) DO NOTHING")
        {
            Parameters = { new() { Value = session.Value }, new() { Value = tokensUntil } },
        },
    ]);

    /// <summary>Reads what is not below a transaction id, in their order.</summary>
    /// <remarks>
    /// The horizon is that of the same snapshot: whatever was still running then has an id that is not below it, and is read the
    /// next time, so a session whose transaction took long is not passed over.
    /// </remarks>
    public Task<EndedSessionsPage> Since(ulong horizon) => database.Use(async (connection, cancellation) =>
    {
        const string Sql = """
            SELECT pg_snapshot_xmin(pg_current_snapshot()), e.session, e.tokens_until, e.xid
            FROM (VALUES (1)) AS one (row)
            LEFT JOIN LATERAL (
                SELECT session, tokens_until, xid FROM ended_sessions
                WHERE xid >= $1 AND tokens_until > clock_timestamp()
                ORDER BY xid LIMIT $2
            ) AS e ON true
            """;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = horizon, NpgsqlDbType = NpgsqlDbType.Xid8 }, new() { Value = PageRowsMax } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (next, last, sessions) = (horizon, horizon, new List<EndedSession>());
        while (await reader.ReadAsync(cancellation))
        {
            next = reader.GetFieldValue<ulong>(0);
            if (await reader.IsDBNullAsync(1, cancellation)) continue;
            sessions.Add(new(SessionId.From(reader.GetGuid(1)), reader.GetFieldValue<DateTimeOffset>(2)));
            last = reader.GetFieldValue<ulong>(3);
        }

        // A full page goes on at its last row, unless that row's id is of an older history and tells nothing.
        var more = sessions.Count == PageRowsMax && last > horizon && last < next;
        return new EndedSessionsPage(sessions, more ? last : next, more);
    });

    /// <summary>Removes sessions whose last access token has ended by itself.</summary>
    public Task Purge() => database.Write(
    [
        new NpgsqlBatchCommand("""
            DELETE FROM ended_sessions WHERE session IN (
                SELECT session FROM ended_sessions WHERE tokens_until < clock_timestamp() - interval '1 minute' LIMIT $1)
            """)
        {
            Parameters = { new() { Value = PurgeRowsMax } },
        },
    ]);
}
