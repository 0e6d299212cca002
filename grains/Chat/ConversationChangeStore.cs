using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>Tells from the tables of this slice what happened to a person since a transaction.</summary>
/// <remarks>
/// Within a conversation transaction ids grow with the numbers: its writes go through one lane, and a second writer fails at the
/// primary key. What was pushed as an unbroken stretch of numbers is stepped over. So the first entry that is not below a transaction is found by galloping back from the newest (numbers have
/// no gaps), and the insert of a message pays for no further index. Each step is a lateral subquery with a limit, so that no
/// estimate can talk the planner into reading the whole table.
/// </remarks>
internal sealed class ConversationChangeStore : IChangeSource
{
    private const string Entries =
        $"""
        WITH RECURSIVE pushed AS (
            SELECT * FROM unnest($4, $5, $6) AS p (conversation_id, first, last)
        ), newest AS (
            SELECT m.conversation_id, m.seq, greatest(p.last, mine.history_from - 1, 0) AS floor
            FROM members mine
            LEFT JOIN pushed p ON p.conversation_id = mine.conversation_id
            CROSS JOIN LATERAL (
                SELECT x.conversation_id, x.seq, x.xid FROM messages x WHERE x.conversation_id = mine.conversation_id ORDER BY x.seq DESC LIMIT 1) m
            WHERE mine.user_id = $1 AND mine.left_seq IS NULL AND m.xid >= $2 AND m.seq > greatest(p.last, mine.history_from - 1, 0)
            UNION ALL
            SELECT m.conversation_id, m.seq, greatest(mine.history_from - 1, 0)
            FROM pushed p
            JOIN members mine ON mine.conversation_id = p.conversation_id AND mine.user_id = $1 AND mine.left_seq IS NULL
            CROSS JOIN LATERAL (
                SELECT x.conversation_id, x.seq, x.xid FROM messages x WHERE x.conversation_id = p.conversation_id AND x.seq = p.first - 1 LIMIT 1) m
            WHERE m.xid >= $2 AND m.seq >= mine.history_from
        ), gallop (conversation_id, newest, floor, step) AS (
            SELECT conversation_id, seq, floor, 1::int8 FROM newest
            UNION ALL
            SELECT g.conversation_id, g.newest, g.floor, g.step * 2
            FROM gallop g
            CROSS JOIN LATERAL (
                SELECT FROM messages x WHERE x.conversation_id = g.conversation_id AND x.seq = g.newest - g.step AND x.xid >= $2 LIMIT 1) one
            WHERE g.newest - g.step > g.floor
        ), found AS (
            SELECT conversation_id, newest, floor, max(step) AS step FROM gallop GROUP BY conversation_id, newest, floor
        )
        SELECT {MessageStore.ViewColumns}, m.xid, least.count
        FROM (SELECT coalesce(sum(step / 2 + 1), 0)::int8 AS count FROM found) least
        LEFT JOIN LATERAL (
            SELECT x.* FROM found g CROSS JOIN LATERAL (
                SELECT * FROM messages x
                WHERE x.conversation_id = g.conversation_id AND x.seq > greatest(g.newest - g.step, g.floor) AND x.seq <= g.newest AND x.xid >= $2
                ORDER BY x.seq) x
            LIMIT $3::int8 + 1) m ON least.count <= $3
        """;

    private const string Edits =
        $"""
        SELECT {MessageStore.ViewColumns}, m.change_xid
        FROM members mine JOIN messages m ON m.conversation_id = mine.conversation_id
        WHERE mine.user_id = $1 AND mine.left_seq IS NULL AND m.change_xid IS NOT NULL AND m.change_xid >= $2 AND m.seq >= mine.history_from
        LIMIT $3::int8 + 1
        """;

    private const string Joinings =
        """
        SELECT c.id, c.kind, c.title, mine.joined_seq, mine.xid
        FROM members mine JOIN conversations c ON c.id = mine.conversation_id
        WHERE mine.user_id = $1 AND mine.left_seq IS NULL AND mine.xid >= $2
        LIMIT $3::int8 + 1
        """;

    private const string Leavings =
        """
        SELECT conversation_id, left_seq, xid FROM members
        WHERE user_id = $1 AND left_seq IS NOT NULL AND xid >= $2
        LIMIT $3::int8 + 1
        """;

    private const string Reads =
        """
        SELECT r.conversation_id, r.user_id, r.read_seq, r.read_xid
        FROM members mine
        JOIN conversations c ON c.id = mine.conversation_id AND c.read_xid >= $2
        JOIN members r ON r.conversation_id = c.id
        WHERE mine.user_id = $1 AND mine.left_seq IS NULL AND r.left_seq IS NULL AND r.read_xid >= $2 AND r.read_seq > 0
        LIMIT $3::int8 + 1
        """;

    public IEnumerable<NpgsqlBatchCommand> Ask(ChangeQuery query)
    {
        yield return new(Entries)
        {
            Parameters =
            {
                Sql.Uuid(query.User), Sql.Xid(query.SinceXid), Sql.Int(query.Limit), Sql.Uuids([.. query.Pushed.Select(p => p.Topic)]),
                Sql.Bigints([.. query.Pushed.Select(p => p.First)]), Sql.Bigints([.. query.Pushed.Select(p => p.Last)]),
            },
        };
        foreach (var sql in (string[])[Edits, Joinings, Leavings, Reads])
            yield return new(sql) { Parameters = { Sql.Uuid(query.User), Sql.Xid(query.SinceXid), Sql.Int(query.Limit) } };
    }

    public async Task<List<Change>?> Read(ChangeQuery query, NpgsqlDataReader results, CancellationToken cancellation)
    {
        var changes = new List<Change>();
        if (!await ReadEntries(query, results, changes, cancellation)) return null;

        await results.NextResultAsync(cancellation);
        while (await results.ReadAsync(cancellation))
            changes.Add(new(Xid(results), ChatEvents.Changed(MessageStore.View(results))));

        await results.NextResultAsync(cancellation);
        while (await results.ReadAsync(cancellation))
            changes.Add(new(results.GetFieldValue<ulong>(4), ChatEvents.Joined(Joined(results), results.GetInt64(3))));

        await results.NextResultAsync(cancellation);
        while (await results.ReadAsync(cancellation))
            changes.Add(new(results.GetFieldValue<ulong>(2), ChatEvents.Left(ConversationId.From(results.GetGuid(0)), results.GetInt64(1))));

        await results.NextResultAsync(cancellation);
        while (await results.ReadAsync(cancellation))
            changes.Add(new(results.GetFieldValue<ulong>(3), ChatEvents.Read(new(ConversationId.From(results.GetGuid(0)), UserId.From(results.GetGuid(1)), results.GetInt64(2)))));

        return changes;
    }

    /// <summary>False when there are certainly too many, which is known before one of them is read.</summary>
    private static async Task<bool> ReadEntries(ChangeQuery query, NpgsqlDataReader results, List<Change> changes, CancellationToken cancellation)
    {
        while (await results.ReadAsync(cancellation))
        {
            if (results.GetInt64(MessageStore.ViewColumnsCount + 1) > query.Limit) return false;
            if (!results.IsDBNull(0)) changes.Add(new(Xid(results), ChatEvents.Created(MessageStore.View(results))));
        }

        return true;
    }

    private static JoinedNotice Joined(NpgsqlDataReader row) =>
        new(ConversationId.From(row.GetGuid(0)), (ConversationKind)row.GetInt16(1), row.IsDBNull(2) ? null : row.GetString(2));

    private static ulong Xid(NpgsqlDataReader row) => row.GetFieldValue<ulong>(MessageStore.ViewColumnsCount);
}
