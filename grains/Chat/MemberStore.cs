using System.Collections.Immutable;
using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>A conversation as its grain finds it at activation.</summary>
/// <param name="State">What is held.</param>
/// <param name="Recent">The newest texts with their keys, oldest first.</param>
internal sealed record LoadedConversation(ConversationState State, IReadOnlyList<(UserId Sender, string ClientKey, StoredText Text)> Recent);

/// <summary>The SQL of the tables <c>conversations</c> and <c>members</c>.</summary>
internal sealed class MemberStore(Database database)
{
    private const string InsertConversation =
        """
        INSERT INTO conversations (id, kind, title, created_by, created_at, creation_print, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    // Where a marker begins is told with the joining; read_xid names its own moves only.
    private const string UpsertMembers =
        """
        INSERT INTO members (conversation_id, user_id, role, joined_seq, read_seq, read_xid)
        SELECT $1, u, r, j, $5, '0'::xid8 FROM unnest($2::uuid[], $3::int2[], $4::int8[]) AS i(u, r, j)
        ON CONFLICT (conversation_id, user_id) DO UPDATE SET
            role = excluded.role, joined_seq = excluded.joined_seq, left_seq = NULL, xid = pg_current_xact_id(),
            read_seq = greatest(members.read_seq, excluded.read_seq), read_xid = excluded.read_xid
        """;

    private const string UpdateLeft =
        """
        UPDATE members SET left_seq = $3, role = 1, xid = pg_current_xact_id() WHERE conversation_id = $1 AND user_id = $2 AND left_seq IS NULL
        """;

    private const string UpdateHeir =
        """
        UPDATE members SET role = 2, xid = pg_current_xact_id() WHERE conversation_id = $1 AND user_id = $2 AND left_seq IS NULL
        """;

    private const string UpdateConversation =
        """
        UPDATE conversations SET title = coalesce($2, title), version = version + 1, xid = pg_current_xact_id() WHERE id = $1
        """;

    private const string UpdateReads =
        """
        UPDATE members SET read_seq = i.s, read_xid = pg_current_xact_id()
        FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS i(c, u, s)
        WHERE conversation_id = i.c AND user_id = i.u AND left_seq IS NULL AND read_seq < i.s
        """;

    private const string SelectConversation = "SELECT kind, title, created_at, creation_print, version FROM conversations WHERE id = $1";

    private const string SelectMembers =
        "SELECT user_id, role, read_seq, joined_seq FROM members WHERE conversation_id = $1 AND left_seq IS NULL";

    private const string SelectRecent =
        "SELECT seq, sender, client_key, sent_at, text, first_print FROM messages WHERE conversation_id = $1 ORDER BY seq DESC LIMIT $2";

    /// <summary>The conversation with this id, or null. Read from one snapshot.</summary>
    public Task<LoadedConversation?> Load(ConversationId id, int recentMax, CancellationToken cancellation) => database.Use(
        async (connection, token) =>
        {
            await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, token);
            await using var batch = new NpgsqlBatch(connection, snapshot)
            {
                BatchCommands =
                {
                    new(SelectConversation) { Parameters = { Sql.Uuid(id) } },
                    new(SelectMembers) { Parameters = { Sql.Uuid(id) } },
                    new(SelectRecent) { Parameters = { Sql.Uuid(id), Sql.Int(Math.Max(1, recentMax)) } },
                },
            };
            await using var row = await batch.ExecuteReaderAsync(token);
            return await row.ReadAsync(token) ? await ReadLoaded(id, row, token) : null;
        },
        cancellation);

    /// <summary>Whether this person was in the conversation once.</summary>
    public Task<bool> WasMember(ConversationId id, UserId user) => database.Use(async (connection, token) =>
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT 1 FROM members WHERE conversation_id = $1 AND user_id = $2)", connection)
        {
            Parameters = { Sql.Uuid(id), Sql.Uuid(user) },
        };
        return (bool)(await command.ExecuteScalarAsync(token))!;
    });

    /// <summary>Inserts a conversation, with the members that it has from the beginning.</summary>
    public static IEnumerable<(NpgsqlBatchCommand Command, int Rows)> Found(ConversationState founded, UserId founder)
    {
        yield return (new(InsertConversation)
        {
            Parameters =
            {
                Sql.Uuid(founded.Id),
                Sql.Int((int)founded.Kind),
                Sql.TextOrNull(founded.Title),
                Sql.Uuid(founder),
                Sql.Time(founded.CreatedAt),
                Sql.Bytes(founded.CreationPrint.ToBytes()),
                Sql.Bigint(founded.Version),
            },
        }, 1);
        if (!founded.Members.IsEmpty) yield return Join(founded.Id, [.. founded.Members.Values], founded.LastSeq);
    }

    /// <summary>Adds members, or brings back those who left; up to <paramref name="readSeq"/> nothing is unread to them.</summary>
    public static (NpgsqlBatchCommand Command, int Rows) Join(ConversationId id, IReadOnlyList<Member> members, long readSeq) =>
        (new(UpsertMembers)
        {
            Parameters =
            {
                Sql.Uuid(id),
                Sql.Uuids([.. members.Select(m => m.User.Value)]),
                Sql.Smallints([.. members.Select(m => (short)m.Role)]),
                Sql.Bigints([.. members.Select(m => m.JoinedSeq)]),
                Sql.Bigint(readSeq),
            },
        }, members.Count);

    public static (NpgsqlBatchCommand Command, int Rows) Leave(ConversationId id, UserId user, long seq) =>
        (new(UpdateLeft) { Parameters = { Sql.Uuid(id), Sql.Uuid(user), Sql.Bigint(seq) } }, 1);

    public static (NpgsqlBatchCommand Command, int Rows) Promote(ConversationId id, UserId user) =>
        (new(UpdateHeir) { Parameters = { Sql.Uuid(id), Sql.Uuid(user) } }, 1);

    /// <summary>Raises the version of a conversation whose members or title changed; a null title stays.</summary>
    public static (NpgsqlBatchCommand Command, int Rows) Touch(ConversationId id, string? title) =>
        (new(UpdateConversation) { Parameters = { Sql.Uuid(id), Sql.TextOrNull(title) } }, 1);

    /// <summary>Moves read markers up; each member stands in the list once.</summary>
    public static NpgsqlBatchCommand MoveReads(IReadOnlyCollection<(ConversationId Id, UserId User, long Seq)> reads) => new(UpdateReads)
    {
        Parameters =
        {
            Sql.Uuids([.. reads.Select(r => r.Id.Value)]),
            Sql.Uuids([.. reads.Select(r => r.User.Value)]),
            Sql.Bigints([.. reads.Select(r => r.Seq)]),
        },
    };

    private static async Task<LoadedConversation> ReadLoaded(ConversationId id, NpgsqlDataReader row, CancellationToken token)
    {
        var state = new ConversationState(
            id,
            (ConversationKind)row.GetInt16(0),
            row.IsDBNull(1) ? null : row.GetString(1),
            Sql.Time(row, 2),
            TextPrint.From(row.GetFieldValue<byte[]>(3)),
            row.GetInt64(4),
            0,
            ImmutableDictionary<UserId, Member>.Empty);

        await row.NextResultAsync(token);
        var members = state.Members.ToBuilder();
        while (await row.ReadAsync(token))
        {
            var user = UserId.From(row.GetGuid(0));
            members[user] = new(user, (MemberRole)row.GetInt16(1), row.GetInt64(2), row.GetInt64(3));
        }

        await row.NextResultAsync(token);
        var last = 0L;
        var recent = new List<(UserId, string, StoredText)>();
        while (await row.ReadAsync(token))
        {
            last = Math.Max(last, row.GetInt64(0));
            if (row.IsDBNull(2)) continue;

            recent.Add((UserId.From(row.GetGuid(1)), row.GetString(2), new(MessageStore.Print(row, 4, 5), row.GetInt64(0), Sql.Time(row, 3))));
        }

        recent.Reverse();
        return new(state with { LastSeq = last, Members = members.ToImmutable() }, recent);
    }
}
