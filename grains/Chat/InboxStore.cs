using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;

namespace OrleansSocial.Chat;

/// <summary>Where a page of a person's list ends: when its last conversation was active, and which it is.</summary>
internal readonly record struct InboxCursor(DateTimeOffset ActiveAt, ConversationId Conversation)
{
    private const int Bytes = 24;

    public static bool TryParse(string? text, [NotNullWhen(true)] out InboxCursor? cursor)
    {
        cursor = null;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text is null || text.Length != Base64Url.GetEncodedLength(Bytes)) return false;
        if (!Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Bytes) return false;

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTime.UnixEpoch.Ticks || ticks > DateTime.MaxValue.Ticks) return false;

        cursor = new(new DateTimeOffset(ticks, TimeSpan.Zero), ConversationId.From(new Guid(bytes[8..], bigEndian: true)));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, ActiveAt.UtcTicks);
        Conversation.Value.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}

/// <summary>The SQL of a person's list of conversations.</summary>
internal sealed class InboxStore(Database database)
{
    // The newest entry of each conversation is one step into the primary key, so the list needs no column that every message writes.
    private const string SelectPage =
        $"""
        WITH page AS (
            SELECT c.id, c.kind AS conversation_kind, c.title, mine.read_seq, coalesce(m.sent_at, c.created_at) AS active_at,
                   {MessageStore.ViewColumns}
            FROM members mine
            JOIN conversations c ON c.id = mine.conversation_id
            LEFT JOIN LATERAL (SELECT * FROM messages x WHERE x.conversation_id = c.id ORDER BY x.seq DESC LIMIT 1) m ON true
            WHERE mine.user_id = $1 AND mine.left_seq IS NULL
              AND ($2::timestamptz IS NULL OR (coalesce(m.sent_at, c.created_at), c.id) < ($2, $3))
            ORDER BY active_at DESC, c.id DESC
            LIMIT $4
        )
        SELECT {MessageStore.ViewColumns}, m.id, m.conversation_kind, m.title, m.read_seq, m.active_at,
               (SELECT count(*) FROM members x WHERE x.conversation_id = m.id AND x.left_seq IS NULL)::int,
               CASE WHEN m.conversation_kind = 1
                    THEN (SELECT x.user_id FROM members x WHERE x.conversation_id = m.id AND x.user_id <> $1) END
        FROM page m ORDER BY m.active_at DESC, m.id DESC
        """;

    /// <summary>Up to <paramref name="limit"/> conversations below <paramref name="after"/>, the most recently active first, each with its cursor.</summary>
    public Task<List<(ConversationSummary Summary, InboxCursor At)>> Page(UserId user, InboxCursor? after, int limit) => database.Use(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(SelectPage, connection)
            {
                Parameters =
                {
                    Sql.Uuid(user),
                    Sql.TimeOrNull(after?.ActiveAt),
                    new() { Value = after is { } at ? at.Conversation.Value : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                    Sql.Int(limit),
                },
            };
            await using var row = await command.ExecuteReaderAsync(token);
            var page = new List<(ConversationSummary, InboxCursor)>(limit);
            while (await row.ReadAsync(token))
                page.Add(Line(row));

            return page;
        });

    private static (ConversationSummary Summary, InboxCursor At) Line(NpgsqlDataReader row)
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
                (last?.Seq ?? 0) - read,
                last),
            new(Sql.Time(row, At + 4), id));
    }
}
