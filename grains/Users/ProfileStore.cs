using Npgsql;

namespace OrleansSocial.Users;

/// <summary>The SQL of the table <c>profiles</c>.</summary>
internal sealed class ProfileStore(Database database)
{
    /// <summary>The columns that <see cref="View"/> reads, in its order.</summary>
    public const string Columns = "p.user_id, p.handle, p.display_name, p.bio, p.created_at, p.version";

    /// <summary>How many these are.</summary>
    public const int ColumnsCount = 6;

    /// <summary>Inserts profiles.</summary>
    public static readonly Statement<ProfileView> Created = new(
        """
        INSERT INTO profiles (user_id, handle, display_name, bio, created_at, version)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int4[])
        """,
        columns => columns.Uuid(r => r.Id).Text(r => r.Handle).Text(r => r.DisplayName).Text(r => r.Bio).Time(r => r.CreatedAt).Int(r => r.Version));

    /// <summary>Replaces what a person may change of a profile that is still of the version before.</summary>
    public static readonly Statement<ProfileView> Changed = new(
        """
        UPDATE profiles SET display_name = i.d, bio = i.b, version = i.v, xid = pg_current_xact_id()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int4[]) AS i (u, d, b, v)
        WHERE user_id = i.u AND version = i.v - 1
        """,
        columns => columns.Uuid(r => r.Id).Text(r => r.DisplayName).Text(r => r.Bio).Int(r => r.Version));

    /// <summary>The profile of a person; null when there is no such person.</summary>
    public Task<ProfileView?> Find(UserId user, CancellationToken cancellation) => database.First(
        $"SELECT {Columns} FROM profiles p WHERE p.user_id = $1", [Sql.Uuid(user)], View, cancellation);

    /// <summary>The profiles of people, in the order in which they are named; null for one who does not exist.</summary>
    public async Task<IReadOnlyList<ProfileView?>> Read(IReadOnlyList<UserId> people)
    {
        const string Many = $"SELECT {Columns}, i.n FROM unnest($1::uuid[]) WITH ORDINALITY AS i (u, n) JOIN profiles p ON p.user_id = i.u";
        var found = await database.All(Many, [Sql.Uuids([.. people.Select(user => user.Value)])], row => (Place: (int)row.GetInt64(ColumnsCount) - 1, View: View(row)));
        var views = new ProfileView?[people.Count];
        foreach (var (place, view) in found) views[place] = view;
        return views;
    }

    /// <summary>A profile of a row that begins with <see cref="Columns"/>.</summary>
    public static ProfileView View(NpgsqlDataReader row) =>
        new(UserId.From(row.GetGuid(0)), row.GetString(1), row.GetString(2), row.GetString(3), Sql.Time(row, 4), row.GetInt32(5));
}
