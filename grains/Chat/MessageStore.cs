using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>A message with the fingerprint of the text that was sent.</summary>
internal sealed record StoredMessage(MessageView View, TextPrint FirstPrint);

/// <summary>The SQL of the table <c>messages</c>.</summary>
internal sealed class MessageStore(Database database)
{
    /// <summary>The columns that <see cref="View"/> reads, in its order.</summary>
    public const string ViewColumns =
        "m.conversation_id, m.seq, m.kind, m.sender, m.client_key, m.text, m.subject, m.sent_at, m.version, m.edited_at, m.deleted_at";

    /// <summary>The columns that <see cref="View"/> reads.</summary>
    public const int ViewColumnsCount = 11;

    /// <summary>The constraint that a client key comes upon when it was used before.</summary>
    public const string ClientKeyIndex = "messages_client_key";

    private const string InsertTexts =
        """
        INSERT INTO messages (conversation_id, seq, sender, client_key, text, sent_at)
        SELECT c, s, u, k, t, $6 FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::text[], $5::text[]) AS i(c, s, u, k, t)
        """;

    private const string InsertEvents =
        """
        INSERT INTO messages (conversation_id, seq, sender, kind, subject, text, sent_at)
        SELECT c, s, u, k, o, t, $7
        FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::int2[], $5::uuid[], $6::text[]) AS i(c, s, u, k, o, t)
        """;

    private const string UpdateOne =
        """
        UPDATE messages SET text = $4, version = $3, edited_at = $5, deleted_at = $6, first_print = $7, change_xid = pg_current_xact_id()
        WHERE conversation_id = $1 AND seq = $2 AND version = $3 - 1
        """;

    private const string SelectKeys =
        """
        SELECT i.n, m.seq, m.sent_at, m.text, m.first_print
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS i(c, u, k, n)
        CROSS JOIN LATERAL (SELECT * FROM messages x WHERE x.conversation_id = i.c AND x.sender = i.u AND x.client_key = i.k LIMIT 1) m
        """;

    /// <summary>Inserts texts: most of what is ever written goes through this one statement.</summary>
    public static NpgsqlBatchCommand Texts(IReadOnlyList<(ConversationId Conversation, LogEntry Entry)> rows, DateTimeOffset at)
    {
        var (conversations, seqs, senders) = Heads(rows);
        var keys = new string?[rows.Count];
        var texts = new string[rows.Count];
        for (var i = 0; i < rows.Count; i++)
            (keys[i], texts[i]) = (rows[i].Entry.ClientKey, rows[i].Entry.Text);

        return new NpgsqlBatchCommand(InsertTexts)
        {
            Parameters = { Sql.Uuids(conversations), Sql.Bigints(seqs), Sql.Uuids(senders), Sql.Texts(keys), Sql.Texts(texts), Sql.Time(at) },
        };
    }

    /// <summary>Inserts entries of other kinds.</summary>
    public static NpgsqlBatchCommand Events(IReadOnlyList<(ConversationId Conversation, LogEntry Entry)> rows, DateTimeOffset at)
    {
        var (conversations, seqs, senders) = Heads(rows);
        return new NpgsqlBatchCommand(InsertEvents)
        {
            Parameters =
            {
                Sql.Uuids(conversations),
                Sql.Bigints(seqs),
                Sql.Uuids(senders),
                Sql.Smallints([.. rows.Select(r => (short)r.Entry.Kind)]),
                Sql.UuidsOrNull([.. rows.Select(r => r.Entry.Subject?.Value)]),
                Sql.Texts([.. rows.Select(r => r.Entry.Text)]),
                Sql.Time(at),
            },
        };
    }

    /// <summary>Replaces the text of one message that is still of the version before.</summary>
    public static NpgsqlBatchCommand Change(MessageChange change) => new(UpdateOne)
    {
        Parameters =
        {
            Sql.Uuid(change.View.Conversation),
            Sql.Bigint(change.View.Seq),
            Sql.Int(change.View.Version),
            Sql.Text(change.View.Text),
            Sql.TimeOrNull(change.View.EditedAt),
            Sql.TimeOrNull(change.View.DeletedAt),
            Sql.Bytes(change.FirstPrint.ToBytes()),
        },
    };

    /// <summary>What is stored under the client keys of these writes, by the index of the write.</summary>
    public static async Task<Dictionary<int, StoredText>> ByKeys(IReadOnlyList<ConversationWrite> texts, NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(SelectKeys, connection)
        {
            Parameters =
            {
                Sql.Uuids([.. texts.Select(w => w.Log.Id.Value)]),
                Sql.Uuids([.. texts.Select(w => w.Entries[0].Sender.Value)]),
                Sql.Texts([.. texts.Select(w => w.Entries[0].ClientKey)]),
            },
        };
        await using var row = await command.ExecuteReaderAsync();
        var found = new Dictionary<int, StoredText>();
        while (await row.ReadAsync())
            found[(int)row.GetInt64(0) - 1] = new(Print(row, 3, 4), row.GetInt64(1), Sql.Time(row, 2));

        return found;
    }

    /// <summary>One entry, or null when there is none with this number.</summary>
    public Task<StoredMessage?> Find(ConversationId conversation, long seq, CancellationToken cancellation = default) => database.Use(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"SELECT {ViewColumns}, m.first_print FROM messages m WHERE m.conversation_id = $1 AND m.seq = $2", connection)
            {
                Parameters = { Sql.Uuid(conversation), Sql.Bigint(seq) },
            };
            await using var row = await command.ExecuteReaderAsync(token);
            return await row.ReadAsync(token) ? new StoredMessage(View(row), Print(row, 5, ViewColumnsCount)) : null;
        },
        cancellation);

    /// <summary>Up to <paramref name="limit"/> entries above <paramref name="after"/>, or below <paramref name="before"/>, or the newest; in ascending order.</summary>
    public Task<List<MessageView>> History(ConversationId conversation, long? after, long? before, int limit, CancellationToken cancellation = default)
        => database.Use(
            async (connection, token) =>
            {
                var (bound, order) = after is null ? ("m.seq < $2", "DESC") : ("m.seq > $2", "ASC");
                await using var command = new NpgsqlCommand(
                    $"SELECT {ViewColumns} FROM messages m WHERE m.conversation_id = $1 AND {bound} ORDER BY m.seq {order} LIMIT $3", connection)
                {
                    Parameters = { Sql.Uuid(conversation), Sql.Bigint(after ?? before ?? long.MaxValue), Sql.Int(limit) },
                };
                await using var row = await command.ExecuteReaderAsync(token);
                var entries = new List<MessageView>(limit);
                while (await row.ReadAsync(token))
                    entries.Add(View(row));

                if (after is null) entries.Reverse();
                return entries;
            },
            cancellation);

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

    private static (Guid[] Conversations, long[] Seqs, Guid[] Senders) Heads(IReadOnlyList<(ConversationId Conversation, LogEntry Entry)> rows)
    {
        var heads = (Conversations: new Guid[rows.Count], Seqs: new long[rows.Count], Senders: new Guid[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
            (heads.Conversations[i], heads.Seqs[i], heads.Senders[i]) = (rows[i].Conversation, rows[i].Entry.Seq, rows[i].Entry.Sender);

        return heads;
    }
}
