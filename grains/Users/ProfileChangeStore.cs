using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Users;

/// <summary>Tells somebody which profiles of those whom they know, and of their own, have changed since a transaction.</summary>
/// <remarks>
/// No more profiles are looked at than an option says, whoever they belong to. When more have changed one event stands for all of them, at the place of
/// the first: whoever reads on from any later place has been told to read profiles again. What is not below the snapshot was numbered by another history.
/// </remarks>
internal sealed class ProfileChangeStore(IOptions<UsersOptions> options) : IChangeSource
{
    private const string Changed =
        $"""
        WITH changed AS MATERIALIZED (
            SELECT * FROM profiles
            WHERE version > 1 AND xid >= $2 AND xid < pg_snapshot_xmax(pg_current_snapshot())
            ORDER BY xid LIMIT $3::int8 + 1
        ), looked AS MATERIALIZED (
            SELECT count(*) > $3 AS beyond FROM changed
        )
        SELECT {ProfileStore.Columns}, p.xid, NULL::xid8 FROM changed p WHERE NOT (SELECT beyond FROM looked) AND social_knows($1, p.user_id)
        UNION ALL
        (SELECT {ProfileStore.Columns}, p.xid, newest.xid
         FROM changed p
         CROSS JOIN LATERAL (
             SELECT n.xid FROM profiles n WHERE n.version > 1 AND n.xid < pg_snapshot_xmax(pg_current_snapshot()) ORDER BY n.xid DESC LIMIT 1) AS newest
         WHERE (SELECT beyond FROM looked) ORDER BY p.xid LIMIT 1)
        """;

    public IEnumerable<NpgsqlBatchCommand> Ask(ChangeQuery query) =>
        [new(Changed) { Parameters = { Sql.Uuid(query.User), Sql.Xid(query.SinceXid), Sql.Int(options.Value.ReplayProfilesMax) } }];

    public async Task<List<Change>?> Read(ChangeQuery query, NpgsqlDataReader results, CancellationToken cancellation)
    {
        var changes = new List<Change>();
        while (await results.ReadAsync(cancellation))
        {
            var xid = results.GetFieldValue<ulong>(ProfileStore.ColumnsCount);
            changes.Add(new(xid, await results.IsDBNullAsync(ProfileStore.ColumnsCount + 1, cancellation)
                ? ProfileEvents.Changed(ProfileStore.View(results))
                : ProfileEvents.Stale(results.GetFieldValue<ulong>(ProfileStore.ColumnsCount + 1))));
        }

        return changes;
    }
}
