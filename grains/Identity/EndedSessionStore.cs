using Npgsql;
using NpgsqlTypes;

namespace OrleansSocial.Identity;

/// <summary>The table of sessions that ended while their access tokens still live. Every node reads it when it hears of one, and all the same more than once a second.</summary>
internal sealed class EndedSessionStore(Database database, GroupCommit writer, Horizons horizons)
{
    private const int PageRowsMax = 10_000;
    private const int PurgeRowsMax = 10_000;

    private static readonly Statement<(SessionId Session, DateTimeOffset TokensUntil)> s_ended = new(
        "INSERT INTO ended_sessions (session, tokens_until) SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ON CONFLICT (session) DO NOTHING",
        columns => columns.Uuid(r => r.Session).Time(r => r.TokensUntil));

    private static readonly Statement<int> s_purged = new(
        """
        DELETE FROM ended_sessions WHERE session IN (
            SELECT session FROM ended_sessions WHERE tokens_until < clock_timestamp() - interval '1 minute'
            LIMIT (SELECT max(n) FROM unnest($1::int4[]) AS n))
        """,
        columns => columns.Int(max => max)) { TouchesAny = true };

    /// <summary>Notes an ended session. Again: changes nothing.</summary>
    public Task Add(SessionId session, DateTimeOffset tokensUntil) => writer.Store(s_ended, (session, tokensUntil));

    /// <summary>Reads what is not below a transaction id, in their order.</summary>
    /// <remarks>
    /// The horizon is that of the same snapshot: whatever was still running then has an id that is not below it, and is read the
    /// next time, so a session whose transaction took long is not passed over. It stays within what is on disk, which what
    /// was read and the newest heartbeat tell: after a crash PostgreSQL may give ids beyond that out again.
    /// </remarks>
    public Task<EndedSessionsPage> Since(ulong horizon) => database.Use(async (connection, cancellation) =>
    {
        const string Sql = $"""
            SELECT {Horizons.Columns}, e.session, e.tokens_until, e.xid
            FROM {Horizons.FromSql}
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
        var (now, last, sessions) = (default(Horizon), 0UL, new List<EndedSession>());
        while (await reader.ReadAsync(cancellation))
        {
            now = horizons.Of(reader);
            if (await reader.IsDBNullAsync(3, cancellation)) continue;
            sessions.Add(new(SessionId.From(reader.GetGuid(3)), reader.GetFieldValue<DateTimeOffset>(4)));
            last = reader.GetFieldValue<ulong>(5);
        }

        // Below the reader's own horizon only in an older history, such as that of a restored dump.
        var next = Math.Min(now.Running, Math.Max(horizon, Math.Max(now.Durable, last) + 1));

        // A full page goes on at its last row, unless that row's id is of an older history and tells nothing.
        var more = sessions.Count == PageRowsMax && last > horizon && last < next;
        return new EndedSessionsPage(sessions, more ? last : next, more);
    });

    /// <summary>Removes sessions whose last access token has ended by itself.</summary>
    public static void Purge(Effects effects) => effects.Add(s_purged, PurgeRowsMax);
}
