namespace OrleansSocial.Chat;

/// <summary>An invitation as it is stored.</summary>
/// <param name="User">Who is invited.</param>
/// <param name="Conversation">To which group.</param>
/// <param name="By">Who invites.</param>
/// <param name="InvitedAt">When.</param>
/// <param name="DeclinedAt">When it was declined; null while it waits.</param>
internal sealed record InvitationRow(UserId User, ConversationId Conversation, UserId By, DateTimeOffset InvitedAt, DateTimeOffset? DeclinedAt = null);

/// <summary>The SQL of the tables <c>invitations</c> and <c>group_joining</c>.</summary>
internal sealed class InvitationStore(Database database)
{
    /// <summary>Inserts invitations, in place of declined ones.</summary>
    public static readonly Statement<InvitationRow> Made = new(
        """
        INSERT INTO invitations (user_id, conversation_id, invited_by, invited_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
        ON CONFLICT (user_id, conversation_id) DO UPDATE SET invited_by = excluded.invited_by, invited_at = excluded.invited_at, declined_at = NULL
        """,
        columns => columns.Uuid(r => r.User).Uuid(r => r.Conversation).Uuid(r => r.By).Time(r => r.InvitedAt));

    /// <summary>Notes that invitations are declined.</summary>
    public static readonly Statement<InvitationRow> Declined = new(
        """
        UPDATE invitations SET declined_at = i.d FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS i (u, c, d)
        WHERE user_id = i.u AND conversation_id = i.c
        """,
        columns => columns.Uuid(r => r.User).Uuid(r => r.Conversation).Time(r => r.DeclinedAt));

    /// <summary>Removes invitations.</summary>
    public static readonly Statement<InvitationRow> Removed = new(
        "DELETE FROM invitations USING unnest($1::uuid[], $2::uuid[]) AS i (u, c) WHERE user_id = i.u AND conversation_id = i.c",
        columns => columns.Uuid(r => r.User).Uuid(r => r.Conversation));

    /// <summary>Notes how people come into groups.</summary>
    public static readonly Statement<(UserId User, GroupJoining Joining)> Chosen = new(
        """
        INSERT INTO group_joining (user_id, joining) SELECT * FROM unnest($1::uuid[], $2::int2[])
        ON CONFLICT (user_id) DO UPDATE SET joining = excluded.joining
        """,
        columns => columns.Uuid(r => r.User).Smallint(r => (short)r.Joining));

    private const int InvitedMax = 500;

    /// <summary>Those of some people who are asked before they come into a group: who has chosen so, who left it by themselves, who is invited or has declined.</summary>
    public async Task<IReadOnlySet<UserId>> Asked(ConversationId conversation, IReadOnlyList<UserId> people) => (await database.All(
        """
        SELECT u.id FROM unnest($2::uuid[]) AS u (id)
        WHERE EXISTS (SELECT FROM group_joining j WHERE j.user_id = u.id AND j.joining = 2)
           OR EXISTS (SELECT FROM invitations i WHERE i.user_id = u.id AND i.conversation_id = $1)
           OR EXISTS (
               SELECT FROM members m JOIN messages x ON x.conversation_id = m.conversation_id AND x.seq = m.left_seq
               WHERE m.conversation_id = $1 AND m.user_id = u.id AND m.left_seq IS NOT NULL AND x.sender = u.id)
        """,
        [Sql.Uuid(conversation), Sql.Uuids([.. people.Select(user => user.Value)])],
        row => UserId.From(row.GetGuid(0)))).ToHashSet();

    /// <summary>One invitation, also a declined one; null when there is none.</summary>
    public Task<InvitationRow?> Find(UserId user, ConversationId conversation) => database.First(
        "SELECT invited_by, invited_at, declined_at FROM invitations WHERE user_id = $1 AND conversation_id = $2",
        [Sql.Uuid(user), Sql.Uuid(conversation)],
        row => new InvitationRow(user, conversation, UserId.From(row.GetGuid(0)), Sql.Time(row, 1), row.IsDBNull(2) ? null : Sql.Time(row, 2)));

    /// <summary>How many invitations wait for somebody's answer.</summary>
    public Task<int> Count(UserId user) => database.First(
        "SELECT count(*)::int FROM invitations WHERE user_id = $1 AND declined_at IS NULL", [Sql.Uuid(user)], row => row.GetInt32(0));

    /// <summary>The invitations that wait for somebody's answer, the newest first. One whose group was never founded is passed over.</summary>
    public Task<List<InvitationView>> Waiting(UserId user) => database.All(
        """
        SELECT i.conversation_id, c.title, (SELECT count(*) FROM members m WHERE m.conversation_id = c.id AND m.left_seq IS NULL)::int, i.invited_by, i.invited_at
        FROM invitations i JOIN conversations c ON c.id = i.conversation_id
        WHERE i.user_id = $1 AND i.declined_at IS NULL
        ORDER BY i.invited_at DESC, i.conversation_id
        """,
        [Sql.Uuid(user)],
        row => new InvitationView(ConversationId.From(row.GetGuid(0)), row.GetString(1), row.GetInt32(2), UserId.From(row.GetGuid(3)), Sql.Time(row, 4)));

    /// <summary>Those who are invited to a group and have not answered, the newest first.</summary>
    public Task<List<InvitedView>> Invited(ConversationId conversation) => database.All(
        """
        SELECT user_id, invited_by, invited_at FROM invitations WHERE conversation_id = $1 AND declined_at IS NULL
        ORDER BY invited_at DESC, user_id LIMIT $2
        """,
        [Sql.Uuid(conversation), Sql.Int(InvitedMax)],
        row => new InvitedView(UserId.From(row.GetGuid(0)), UserId.From(row.GetGuid(1)), Sql.Time(row, 2)));

    /// <summary>How somebody comes into groups.</summary>
    public async Task<GroupJoining> Joining(UserId user) =>
        (GroupJoining)await database.First("SELECT coalesce((SELECT joining FROM group_joining WHERE user_id = $1), 1::int2)", [Sql.Uuid(user)], row => row.GetInt16(0));
}
