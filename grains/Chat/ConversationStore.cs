using System.Collections.Immutable;
using Npgsql;

namespace OrleansSocial.Chat;

/// <summary>A conversation as its grain finds it at activation.</summary>
/// <param name="State">What is held.</param>
/// <param name="Recent">The newest texts with their keys, oldest first.</param>
internal sealed record LoadedConversation(ConversationState State, IReadOnlyList<(UserId Sender, string ClientKey, StoredText Text)> Recent);

/// <summary>Somebody who joins a conversation; up to a number nothing is unread to them.</summary>
internal readonly record struct JoinedMember(ConversationId Conversation, Member Member, long ReadSeq);

/// <summary>The SQL of the tables <c>conversations</c> and <c>members</c>.</summary>
internal sealed class ConversationStore(Database database)
{
    /// <summary>Inserts conversations.</summary>
    public static readonly Statement<(ConversationState State, UserId Founder)> Founded = new(
        """
        INSERT INTO conversations (id, kind, title, created_by, created_at, creation_print, version, history)
        SELECT * FROM unnest($1::uuid[], $2::int2[], $3::text[], $4::uuid[], $5::timestamptz[], $6::bytea[], $7::int8[], $8::int2[])
        """,
        columns => columns.Uuid(r => r.State.Id).Smallint(r => (short)r.State.Kind).Text(r => r.State.Title).Uuid(r => r.Founder)
            .Time(r => r.State.CreatedAt).Bytes(r => r.State.CreationPrint.ToBytes()).Bigint(r => r.State.Version)
            .Smallint(r => (short)r.State.History));

    /// <summary>Adds members, or brings back those who left. Where a marker begins is told with the joining; <c>read_xid</c> names its own moves only.</summary>
    public static readonly Statement<JoinedMember> Joined = new(
        """
        INSERT INTO members (conversation_id, user_id, role, joined_seq, read_seq, history_from, read_xid)
        SELECT c, u, r, j, s, h, '0'::xid8 FROM unnest($1::uuid[], $2::uuid[], $3::int2[], $4::int8[], $5::int8[], $6::int8[]) AS i(c, u, r, j, s, h)
        ON CONFLICT (conversation_id, user_id) DO UPDATE SET
            role = excluded.role, joined_seq = excluded.joined_seq, history_from = excluded.history_from, left_seq = NULL, xid = pg_current_xact_id(),
            read_seq = greatest(members.read_seq, excluded.read_seq), read_xid = excluded.read_xid
        """,
        columns => columns.Uuid(r => r.Conversation).Uuid(r => r.Member.User).Smallint(r => (short)r.Member.Role).Bigint(r => r.Member.JoinedSeq).Bigint(r => r.ReadSeq)
            .Bigint(r => r.Member.HistoryFrom),
        order: 1);

    /// <summary>Notes that members have left, with the number that records it.</summary>
    public static readonly Statement<(ConversationId Conversation, UserId User, long Seq)> Left = new(
        """
        UPDATE members SET left_seq = i.s, role = 1, xid = pg_current_xact_id()
        FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS i(c, u, s)
        WHERE conversation_id = i.c AND user_id = i.u AND left_seq IS NULL
        """,
        columns => columns.Uuid(r => r.Conversation).Uuid(r => r.User).Bigint(r => r.Seq),
        order: 2);

    /// <summary>Changes what members may do. The entry tells it, so <c>xid</c> names their joining and leaving only.</summary>
    public static readonly Statement<(ConversationId Conversation, UserId User, MemberRole Role)> Roles = new(
        """
        UPDATE members SET role = i.r
        FROM unnest($1::uuid[], $2::uuid[], $3::int2[]) AS i(c, u, r)
        WHERE conversation_id = i.c AND user_id = i.u AND left_seq IS NULL
        """,
        columns => columns.Uuid(r => r.Conversation).Uuid(r => r.User).Smallint(r => (short)r.Role),
        order: 3);

    /// <summary>Raises the version of conversations that changed; what is null stays.</summary>
    public static readonly Statement<(ConversationId Conversation, string? Title, HistoryChoice? History)> Touched = new(
        """
        UPDATE conversations SET title = coalesce(i.t, title), history = coalesce(nullif(i.h, 0), history), version = version + 1, xid = pg_current_xact_id()
        FROM unnest($1::uuid[], $2::text[], $3::int2[]) AS i(c, t, h)
        WHERE id = i.c
        """,
        columns => columns.Uuid(r => r.Conversation).Text(r => r.Title).Smallint(r => (short)(r.History ?? 0)),
        order: 4);

    /// <summary>Moves read markers up. A trigger tells with the conversation that one has moved.</summary>
    public static readonly Statement<(ConversationId Conversation, UserId User, long Seq)> Reads = new(
        """
        UPDATE members SET read_seq = i.s, read_xid = pg_current_xact_id()
        FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS i(c, u, s)
        WHERE conversation_id = i.c AND user_id = i.u AND left_seq IS NULL AND read_seq < i.s
        """,
        columns => columns.Uuid(r => r.Conversation).Uuid(r => r.User).Bigint(r => r.Seq),
        order: 8) { TouchesAny = true, Merge = new(r => (r.Conversation, r.User), (a, b) => a.Seq > b.Seq ? a : b) };

    /// <summary>Moves up the markers of those who had read everything before their own text. The text tells it, so no marker is told.</summary>
    public static readonly Statement<(ConversationId Conversation, UserId User, long Seq)> OwnReads = new(
        """
        UPDATE members SET read_seq = i.s
        FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS i(c, u, s)
        WHERE conversation_id = i.c AND user_id = i.u AND left_seq IS NULL AND read_seq < i.s
        """,
        columns => columns.Uuid(r => r.Conversation).Uuid(r => r.User).Bigint(r => r.Seq),
        order: 9) { TouchesAny = true, Merge = new(r => (r.Conversation, r.User), (a, b) => a.Seq > b.Seq ? a : b) };

    private const string SelectConversation = "SELECT kind, title, created_at, creation_print, version, history FROM conversations WHERE id = $1";

    private const string SelectMembers =
        "SELECT user_id, role, read_seq, joined_seq, history_from FROM members WHERE conversation_id = $1 AND left_seq IS NULL";

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

    /// <summary>Those of some people with whom the viewer is in a conversation now, and the viewer.</summary>
    public Task<List<UserId>> Acquaintances(UserId viewer, IReadOnlyList<UserId> people) => database.All(
        "SELECT p.id FROM (SELECT DISTINCT id FROM unnest($2::uuid[]) AS i (id)) AS p WHERE social_knows($1, p.id)",
        [Sql.Uuid(viewer), Sql.Uuids([.. people.Select(user => user.Value)])],
        row => UserId.From(row.GetGuid(0)));

    /// <summary>Those with whom a person is in a conversation now, without the person. It reads four members for each that is wanted, however many conversations there are.</summary>
    public Task<List<UserId>> AcquaintancesOf(UserId person, int max) => database.All(
        """
        SELECT DISTINCT k.user_id FROM (
            SELECT theirs.user_id FROM members mine CROSS JOIN LATERAL (
                SELECT x.user_id FROM members x WHERE x.conversation_id = mine.conversation_id AND x.user_id <> $1 AND x.left_seq IS NULL LIMIT $2) theirs
            WHERE mine.user_id = $1 AND mine.left_seq IS NULL
            LIMIT $2::int8 * 4) AS k
        LIMIT $2
        """,
        [Sql.Uuid(person), Sql.Int(max)],
        row => UserId.From(row.GetGuid(0)));

    /// <summary>Whether there is such a conversation.</summary>
    public Task<bool> Exists(ConversationId id) => database.First("SELECT EXISTS (SELECT FROM conversations WHERE id = $1)", [Sql.Uuid(id)], row => row.GetBoolean(0));

    /// <summary>Whether one of these people is in so many conversations, or more.</summary>
    public Task<bool> IsAnyInAsMany(IReadOnlyList<UserId> users, int count) => database.First(
        """
        SELECT EXISTS (SELECT FROM unnest($1::uuid[]) AS u (id) WHERE
            (SELECT count(*) FROM (SELECT FROM members WHERE user_id = u.id AND left_seq IS NULL LIMIT $2) AS m) >= $2)
        """,
        [Sql.Uuids([.. users.Select(user => user.Value)]), Sql.Int(count)],
        row => row.GetBoolean(0));

    /// <summary>Whether this person was in the conversation once.</summary>
    public Task<bool> WasMember(ConversationId id, UserId user) => database.First(
        "SELECT EXISTS (SELECT 1 FROM members WHERE conversation_id = $1 AND user_id = $2)", [Sql.Uuid(id), Sql.Uuid(user)], row => row.GetBoolean(0));

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
            ImmutableDictionary<UserId, Member>.Empty,
            (HistoryChoice)row.GetInt16(5));

        await row.NextResultAsync(token);
        var members = state.Members.ToBuilder();
        while (await row.ReadAsync(token))
        {
            var user = UserId.From(row.GetGuid(0));
            members[user] = new(user, (MemberRole)row.GetInt16(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
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
