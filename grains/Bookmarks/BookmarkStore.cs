using Npgsql;
using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

/// <summary>A saved message as it is stored.</summary>
/// <param name="User">Whose.</param>
/// <param name="Message">Which message.</param>
/// <param name="Number">Its place in the order of saving.</param>
/// <param name="SavedAt">When.</param>
internal sealed record BookmarkRow(UserId User, MessageRef Message, long Number, DateTimeOffset SavedAt);

/// <summary>By what the list is ordered.</summary>
internal readonly record struct BookmarkKey(long Number);

/// <summary>The SQL of the table <c>bookmarks</c>.</summary>
internal sealed class BookmarkStore(Database database)
{
    public static readonly Statement<BookmarkRow> Saved = new(
        "INSERT INTO bookmarks (user_id, conversation_id, seq, number, saved_at) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::int8[], $5::timestamptz[])",
        columns => columns.Uuid(r => r.User).Uuid(r => r.Message.Conversation).Bigint(r => r.Message.Seq).Bigint(r => r.Number).Time(r => r.SavedAt));

    public static readonly Statement<BookmarkRow> Removed = new(
        "DELETE FROM bookmarks USING unnest($1::uuid[], $2::uuid[], $3::int8[]) AS i (u, c, s) WHERE user_id = i.u AND conversation_id = i.c AND seq = i.s",
        columns => columns.Uuid(r => r.User).Uuid(r => r.Message.Conversation).Bigint(r => r.Message.Seq));

    private const string Columns = "user_id, conversation_id, seq, number, saved_at";

    /// <summary>How many somebody has, and the highest number that was given.</summary>
    public Task<(int Count, long Number)> Count(UserId user) => database.First(
        "SELECT count(*)::int, coalesce(max(number), 0) FROM bookmarks WHERE user_id = $1", [Sql.Uuid(user)], row => (row.GetInt32(0), row.GetInt64(1)));

    /// <summary>One of them; null when it is not saved.</summary>
    public Task<BookmarkRow?> Find(UserId user, MessageRef message) => database.First(
        $"SELECT {Columns} FROM bookmarks WHERE user_id = $1 AND conversation_id = $2 AND seq = $3",
        [Sql.Uuid(user), Sql.Uuid(message.Conversation), Sql.Bigint(message.Seq)],
        Row);

    /// <summary>A page of somebody's, the newest first.</summary>
    public Task<List<(BookmarkRow Row, BookmarkKey Key)>> Page(UserId user, KeysetPage<BookmarkKey> page)
    {
        var (bound, order) = page.Backward ? ("number > $2", "ASC") : ("number < $2", "DESC");
        return database.All(
            $"SELECT {Columns} FROM bookmarks WHERE user_id = $1 AND {bound} ORDER BY number {order} LIMIT $3",
            [Sql.Uuid(user), Sql.Bigint(page.Cursor?.Number ?? long.MaxValue), Sql.Int(page.RowsMax)],
            row => (Row(row), new BookmarkKey(row.GetInt64(3))));
    }

    private static BookmarkRow Row(NpgsqlDataReader row) =>
        new(UserId.From(row.GetGuid(0)), new(ConversationId.From(row.GetGuid(1)), row.GetInt64(2)), row.GetInt64(3), Sql.Time(row, 4));
}
