namespace Orleans.Bundled;

/// <summary>The statements of the membership. Every one that answers members answers their columns in the same order.</summary>
internal static class MembershipSql
{
    /// <summary>The channel on which the database tells that members changed; the payload is the cluster's id.</summary>
    public const string Channel = "cluster_views";

    /// <summary>The engine of rows that are members; others only keep a silo from joining.</summary>
    public const string Engine = AgentIdentity.Engine;

    private const string Columns =
        "silo, epoch, instance, name, gateway, service_id, engine, protocol, status, settled, expires_at, held_since, revoked, cluster_id";

    /// <summary>The rows of a cluster and of silos without one, with the version of its view and the time. Parameter: cluster.</summary>
    public const string Read = $"""
        SELECT coalesce((SELECT version FROM cluster_views WHERE cluster_id = $1), 0), clock_timestamp(), false, {Columns}
        FROM (SELECT 1) AS one LEFT JOIN silo_leases ON cluster_id IN ($1, '')
        """;

    /// <summary>
    /// Renews a lease, and answers as <see cref="Read"/> does, with whether there was one to renew; the rows are those from before.
    /// Parameters: cluster, silo, epoch, seconds, settled.
    /// </summary>
    public const string Renew = $"""
        WITH renewed AS (
            UPDATE silo_leases SET
                held_since = CASE WHEN expires_at <= clock_timestamp() THEN clock_timestamp() ELSE held_since END,
                expires_at = clock_timestamp() + make_interval(secs => $4),
                settled = greatest(settled, least($5, (SELECT version FROM cluster_views WHERE cluster_id = $1)))
            WHERE silo = $2 AND epoch = $3 AND cluster_id = $1 AND NOT revoked
            RETURNING 1)
        SELECT coalesce((SELECT version FROM cluster_views WHERE cluster_id = $1), 0), clock_timestamp(), EXISTS (SELECT FROM renewed), {Columns}
        FROM (SELECT 1) AS one LEFT JOIN silo_leases ON cluster_id IN ($1, '')
        """;

    /// <summary>Where clients reach the active silos whose leases stand. Parameters: cluster, engine.</summary>
    public const string Gateways = """
        SELECT gateway FROM silo_leases
        WHERE cluster_id = $1 AND engine = $2 AND status = 2 AND NOT revoked AND gateway IS NOT NULL AND expires_at > clock_timestamp()
        """;

    /// <summary>Makes the row of a cluster's version, and holds it until the transaction ends: changes of members come one by one.</summary>
    public const string Make = "INSERT INTO cluster_views (cluster_id) VALUES ($1) ON CONFLICT DO NOTHING";

    public const string Hold = "SELECT version FROM cluster_views WHERE cluster_id = $1 FOR UPDATE";

    public const string Votes = """
        SELECT s.suspect, s.voter, s.since, s.last FROM silo_suspicions s JOIN silo_leases l ON l.epoch = s.suspect WHERE l.cluster_id = $1
        """;

    public const string NextEpoch = "SELECT nextval('silo_epochs')";

    public const string Insert = """
        INSERT INTO silo_leases (silo, epoch, instance, name, gateway, service_id, engine, protocol, status, settled, expires_at, cluster_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp() + make_interval(secs => $11), $12)
        """;

    /// <summary>Makes a lease last from now on. Parameters: silo, epoch, seconds.</summary>
    public const string Extend = """
        UPDATE silo_leases SET
            held_since = CASE WHEN expires_at <= clock_timestamp() THEN clock_timestamp() ELSE held_since END,
            expires_at = clock_timestamp() + make_interval(secs => $3)
        WHERE silo = $1 AND epoch = $2 AND NOT revoked
        """;

    public const string SetStatus = "UPDATE silo_leases SET status = $3 WHERE silo = $1 AND epoch = $2";

    public const string Delete = "DELETE FROM silo_leases WHERE silo = $1 AND epoch = $2";

    /// <summary>A renewal that came in the meantime saves the row.</summary>
    public const string DeleteExpired = Delete + " AND expires_at <= clock_timestamp()";

    /// <summary>Rows of silos without cluster, or of another engine, whose leases have ended.</summary>
    public const string DeleteForeign = "DELETE FROM silo_leases WHERE silo = $1 AND epoch = $2 AND expires_at <= clock_timestamp()";

    public const string Vote = """
        INSERT INTO silo_suspicions (suspect, voter, since, last) VALUES ($1, $2, $3, $4)
        ON CONFLICT (suspect, voter) DO UPDATE SET since = excluded.since, last = excluded.last
        """;

    public const string Revoke = "UPDATE silo_leases SET revoked = true WHERE epoch = $1";

    public const string Version = "SELECT version FROM cluster_views WHERE cluster_id = $1";

    public const string Notify = "SELECT pg_notify('" + Channel + "', $1)";

    /// <summary>Ends the sessions that keep another one waiting. Parameter: the process id of the session that waits.</summary>
    public const string EndBlockers = "SELECT pg_terminate_backend(pid) FROM unnest(pg_blocking_pids($1)) AS pid";

    /// <summary>Microsoft's engine has no lease, and says every half a minute that it lives. Parameter: cluster.</summary>
    public const string OtherEngine = """
        SELECT siloname || ' (' || address || ':' || port || ')' FROM orleansmembershiptable
        WHERE deploymentid = $1 AND status = 3 AND iamalivetime > now() - interval '90 seconds' LIMIT 1
        """;

    /// <summary>Whether the tables are there.</summary>
    public const string Check = """
        SELECT current_database(), to_regclass('silo_leases') IS NOT NULL,
               EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('silo_leases') AND attname = 'settled' AND NOT attisdropped)
                   AND to_regclass('cluster_views') IS NOT NULL AND to_regclass('silo_suspicions') IS NOT NULL,
               (SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('silo_leases') AND NOT tgisinternal AND tgenabled <> 'D'
                   AND tgname IN ('silo_leases_came_or_went', 'silo_leases_changed')) = 2,
               to_regclass('orleansmembershiptable') IS NOT NULL
        """;
}
