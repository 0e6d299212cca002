using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>The order of a person's list, the greatest first: when a conversation was last active, and which it is.</summary>
internal readonly record struct InboxKey(DateTimeOffset ActiveAt, ConversationId Conversation);

/// <summary>The SQL of a person's list of conversations.</summary>
internal sealed class InboxStore(Database database)
{
    private const string Unread = "x.kind = 1 AND x.deleted_at IS NULL AND x.sender <> $1";

    /// <summary>Reads a page from its beginning to its end.</summary>
    internal static readonly string Forward = SelectPage("<", "DESC");

    private static readonly string s_backward = SelectPage(">", "ASC");

    /// <summary>The conversations of a page, each with its key.</summary>
    public Task<List<(ConversationSummary Summary, InboxKey At)>> Page(UserId user, KeysetPage<InboxKey> from) => database.All(
        from.Backward ? s_backward : Forward,
        [Sql.Uuid(user), Sql.TimeOrNull(from.Cursor?.ActiveAt), Sql.UuidOrNull(from.Cursor?.Conversation.Value), Sql.Int(from.RowsMax)],
        Line);

    // Numbers have no gaps, so a range of them is a bound of the work: what lies between these two is not looked at.
    private const int OldestLookedAt = 200;
    private const int NewestLookedAt = 100;

    // The newest entry of each conversation is one step into the primary key, so the list needs no column that every message writes.
    private static string SelectPage(string beyond, string order) =>
        $"""
        WITH page AS (
            SELECT c.id, c.kind AS conversation_kind, c.title, mine.read_seq, coalesce(m.sent_at, c.created_at) AS active_at,
                   {MessageStore.ViewColumns}
            FROM members mine
            JOIN conversations c ON c.id = mine.conversation_id
            LEFT JOIN LATERAL (SELECT * FROM messages x WHERE x.conversation_id = c.id ORDER BY x.seq DESC LIMIT 1) m ON true
            WHERE mine.user_id = $1 AND mine.left_seq IS NULL
              AND ($2::timestamptz IS NULL OR (coalesce(m.sent_at, c.created_at), c.id) {beyond} ($2, $3))
            ORDER BY active_at {order}, c.id {order}
            LIMIT $4
        )
        SELECT {MessageStore.ViewColumns}, m.id, m.conversation_kind, m.title, m.read_seq, m.active_at,
               (SELECT count(*) FROM members x WHERE x.conversation_id = m.id AND x.left_seq IS NULL)::int,
               CASE WHEN m.conversation_kind = 1
                    THEN (SELECT x.user_id FROM members x WHERE x.conversation_id = m.id AND x.user_id <> $1) END,
               (SELECT count(*) FROM (
                    SELECT FROM messages x WHERE x.conversation_id = m.id AND x.seq > m.read_seq AND x.seq <= m.read_seq + {OldestLookedAt} AND {Unread}
                    UNION ALL
                    SELECT FROM messages x
                    WHERE x.conversation_id = m.id AND x.seq > greatest(m.read_seq + {OldestLookedAt}, m.seq - {NewestLookedAt}) AND {Unread}
                    LIMIT {ConversationSummary.UnreadMax}) AS u)
        FROM page m ORDER BY m.active_at {order}, m.id {order}
        """;

    private static (ConversationSummary Summary, InboxKey At) Line(NpgsqlDataReader row)
    {
        const int At = MessageStore.ViewColumnsCount;
        var last = row.IsDBNull(0) ? null : MessageStore.View(row);
        var id = ConversationId.From(row.GetGuid(At));
        var read = row.GetInt64(At + 3);
        return (
            new(
                id,
                (ConversationKind)row.GetInt16(At + 1),
                row.IsDBNull(At + 2) ? null : row.GetString(At + 2),
                row.IsDBNull(At + 6) ? null : UserId.From(row.GetGuid(At + 6)),
                row.GetInt32(At + 5),
                last?.Seq ?? 0,
                read,
                row.GetInt64(At + 7),
                last),
            new(Sql.Time(row, At + 4), id));
    }
}
