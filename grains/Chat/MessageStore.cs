using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>A message with the fingerprint of the text that was sent.</summary>
internal sealed record StoredMessage(MessageView View, TextPrint FirstPrint);

/// <summary>An entry on its way into the table, and the write that it is of.</summary>
internal readonly record struct MessageRow(ConversationWrite Write, LogEntry Entry);

/// <summary>The SQL of the table <c>messages</c>.</summary>
internal sealed class MessageStore(Database database)
{
    /// <summary>The columns that <see cref="View"/> reads, in its order.</summary>
    public const string ViewColumns =
        "m.conversation_id, m.seq, m.kind, m.sender, m.client_key, m.text, m.subject, m.sent_at, m.version, m.edited_at, m.deleted_at";

    /// <summary>The columns that <see cref="View"/> reads.</summary>
    public const int ViewColumnsCount = 11;

    /// <summary>Inserts texts: most of what is ever written goes through this one statement. A repetition is found by its client key.</summary>
    public static readonly Statement<MessageRow> Texts = new(
        """
        INSERT INTO messages (conversation_id, seq, sender, client_key, text, sent_at)
        SELECT c, s, u, k, t, $6 FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::text[], $5::text[]) AS i(c, s, u, k, t)
        """,
        columns => columns.Uuid(r => r.Write.Conversation).Bigint(r => r.Entry.Seq).Uuid(r => r.Entry.Sender).Text(r => r.Entry.ClientKey).Text(r => r.Entry.Text).Now(),
        order: 5) { Taken = new("messages_client_key", SettleRepeated) };

    /// <summary>Inserts entries that are no texts.</summary>
    public static readonly Statement<MessageRow> Notices = new(
        """
        INSERT INTO messages (conversation_id, seq, sender, kind, subject, text, sent_at)
        SELECT c, s, u, k, o, t, $7
        FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::int2[], $5::uuid[], $6::text[]) AS i(c, s, u, k, o, t)
        """,
        columns => columns.Uuid(r => r.Write.Conversation).Bigint(r => r.Entry.Seq).Uuid(r => r.Entry.Sender).Smallint(r => (short)r.Entry.Kind)
            .UuidOrNull(r => r.Entry.Subject?.Value).Text(r => r.Entry.Text).Now(),
        order: 6);

    /// <summary>Replaces the text of a message that is still of the version before.</summary>
    public static readonly Statement<MessageChange> Changes = new(
        """
        UPDATE messages SET text = i.t, version = i.v, edited_at = i.e, deleted_at = i.d, first_print = i.p, change_xid = pg_current_xact_id()
        FROM unnest($1::uuid[], $2::int8[], $3::int4[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bytea[]) AS i(c, s, v, t, e, d, p)
        WHERE conversation_id = i.c AND seq = i.s AND version = i.v - 1
        """,
        columns => columns.Uuid(r => r.View.Conversation).Bigint(r => r.View.Seq).Int(r => r.View.Version).Text(r => r.View.Text)
            .Time(r => r.View.EditedAt).Time(r => r.View.DeletedAt).Bytes(r => r.FirstPrint.ToBytes()),
        order: 7);

    /// <summary>Once the texts of a page have so many characters it is full.</summary>
    private const long PageCharsMax = 100_000;

    private const string SelectKeys =
        """
        SELECT i.n, m.seq, m.sent_at, m.text, m.first_print
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS i(c, u, k, n)
        CROSS JOIN LATERAL (SELECT * FROM messages x WHERE x.conversation_id = i.c AND x.sender = i.u AND x.client_key = i.k LIMIT 1) m
        """;

    /// <summary>One entry, or null when there is none with this number.</summary>
    public Task<StoredMessage?> Find(ConversationId conversation, long seq) => database.First(
        $"SELECT {ViewColumns}, m.first_print FROM messages m WHERE m.conversation_id = $1 AND m.seq = $2",
        [Sql.Uuid(conversation), Sql.Bigint(seq)],
        row => new StoredMessage(View(row), Print(row, 5, ViewColumnsCount)));

    /// <summary>Entries of conversations that the viewer is in, in the order in which they are named; null for every other.</summary>
    public async Task<IReadOnlyList<MessageView?>> Read(UserId viewer, IReadOnlyList<MessageRef> messages)
    {
        const string Many = $"""
            SELECT {ViewColumns}, i.n FROM unnest($2::uuid[], $3::int8[]) WITH ORDINALITY AS i (c, s, n)
            JOIN members mine ON mine.conversation_id = i.c AND mine.user_id = $1 AND mine.left_seq IS NULL AND i.s >= mine.history_from
            JOIN messages m ON m.conversation_id = i.c AND m.seq = i.s
            """;
        var found = await database.All(
            Many,
            [Sql.Uuid(viewer), Sql.Uuids([.. messages.Select(one => one.Conversation.Value)]), Sql.Bigints([.. messages.Select(one => one.Seq)])],
            row => (Place: (int)row.GetInt64(ViewColumnsCount) - 1, View: View(row)));
        var views = new MessageView?[messages.Count];
        foreach (var (place, view) in found) views[place] = view;
        return views;
    }

    /// <summary>The entries that are asked for, in ascending order: as many of them as their texts fit into a page, and at least one.</summary>
    public async Task<List<MessageView>> History(ConversationId conversation, Stretch asked)
    {
        var (bound, order) = asked.AfterSeq is null ? ("m.seq < $2", "DESC") : ("m.seq > $2", "ASC");
        var entries = await database.All(
            $"""
            SELECT {ViewColumns} FROM (
                SELECT *, sum(length(text)) OVER (ORDER BY seq {order}) - length(text) AS chars_before
                FROM (SELECT * FROM messages m WHERE m.conversation_id = $1 AND {bound} AND m.seq >= $5 ORDER BY m.seq {order} LIMIT $3) AS page) AS m
            WHERE m.chars_before < $4 ORDER BY m.seq {order}
            """,
            [Sql.Uuid(conversation), Sql.Bigint(asked.AfterSeq ?? asked.BeforeSeq ?? long.MaxValue), Sql.Int(asked.Limit), Sql.Bigint(PageCharsMax), Sql.Bigint(asked.From)],
            row => View(row));
        if (asked.AfterSeq is null) entries.Reverse();
        return entries;
    }

    /// <summary>Reads one entry whose columns are <see cref="ViewColumns"/> from <paramref name="at"/> on.</summary>
    public static MessageView View(NpgsqlDataReader row, int at = 0) => new(
        ConversationId.From(row.GetGuid(at)),
        row.GetInt64(at + 1),
        (EntryKind)row.GetInt16(at + 2),
        UserId.From(row.GetGuid(at + 3)),
        row.IsDBNull(at + 4) ? null : row.GetString(at + 4),
        row.GetString(at + 5),
        row.IsDBNull(at + 6) ? null : UserId.From(row.GetGuid(at + 6)),
        Sql.Time(row, at + 7),
        row.GetInt32(at + 8),
        row.IsDBNull(at + 9) ? null : Sql.Time(row, at + 9),
        row.IsDBNull(at + 10) ? null : Sql.Time(row, at + 10));

    /// <summary>The fingerprint of the text as it was sent: the stored one, or that of the text when it never changed.</summary>
    public static TextPrint Print(NpgsqlDataReader row, int text, int firstPrint) =>
        row.IsDBNull(firstPrint) ? TextPrint.Of(row.GetString(text)) : TextPrint.From(row.GetFieldValue<byte[]>(firstPrint));

    /// <summary>Gives the writes whose client keys are stored already what is stored under them.</summary>
    private static async Task<bool> SettleRepeated(IReadOnlyList<MessageRow> texts, NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(SelectKeys, connection)
        {
            Parameters =
            {
                Sql.Uuids([.. texts.Select(r => r.Write.Conversation.Value)]),
                Sql.Uuids([.. texts.Select(r => r.Entry.Sender.Value)]),
                Sql.Texts([.. texts.Select(r => r.Entry.ClientKey)]),
            },
        };
        await using var row = await command.ExecuteReaderAsync();
        var any = false;
        for (; await row.ReadAsync(); any = true)
        {
            var write = texts[(int)row.GetInt64(0) - 1].Write;
            write.Found = new(Print(row, 3, 4), row.GetInt64(1), Sql.Time(row, 2));
            write.Finish(CommitOutcome.Settled);
        }

        return any;
    }
}
