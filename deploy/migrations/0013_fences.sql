-- Who may write. A silo puts its row here before it joins the cluster; whoever finds it dead removes the row before anybody can hear of
-- the death. There is no clock: a silo writes for as long as its row stands.
-- silo_fences: owned by the silo, keyed by its address; one row a living silo; removed with its death; nothing personal.
-- heartbeats: owned by the silo, keyed by its address; one row a living silo; removed with its death; nothing personal.

-- The version before held leases; its silos are to have ended. One that was killed holds its lease for a moment longer.
DO $$
BEGIN
    FOR i IN 1..100 LOOP
        IF NOT EXISTS (SELECT FROM silo_leases WHERE expires_at > clock_timestamp()) THEN RETURN; END IF;
        PERFORM pg_sleep(0.1);
    END LOOP;
    RAISE EXCEPTION 'silos of the version before still run over this database: stop all of them first, then start this one';
END
$$;

DROP FUNCTION social_guard(text, bigint);
DROP FUNCTION lease_guard(text, bigint);
DROP TABLE silo_suspicions;
DROP TABLE silo_leases;
DROP TABLE cluster_views;
DROP FUNCTION cluster_changed();
DROP SEQUENCE silo_epochs;

CREATE TABLE silo_fences (
    silo       text        PRIMARY KEY, -- address:port@generation
    fence      uuid        NOT NULL UNIQUE, -- names the process
    membership text        NOT NULL, -- where its cluster keeps its members: postgresql or redis
    joined_at  timestamptz -- null until it is among the members
);

-- Moved twice a second by each silo under its fence. The transaction that moved a row last is certainly on disk.
CREATE TABLE heartbeats (
    silo text        PRIMARY KEY,
    at   timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Who issues the certificates by which the nodes of this cluster know each other where no files are named: made by the first silo.
-- cluster_authority: owned by the cluster; one row; never pruned; nothing personal. Whoever reads it can join the cluster.
CREATE TABLE cluster_authority (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    certificate text    NOT NULL, -- PEM
    private_key text    NOT NULL  -- PEM, PKCS#8
);

-- Runs first in every transaction with a durable write. The lock makes a removal of the row wait until the transaction has ended, so
-- what began under a fence is finished before anybody hears that the silo is dead.
CREATE FUNCTION social_guard(of_process uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM silo_fences WHERE fence = of_process FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the silo of fence % was replaced or has left', of_process USING ERRCODE = 'SF001';
    END IF;
END
$$;

-- The same for statements that cannot carry the fence: the session was opened with it.
CREATE FUNCTION social_guard() RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM social_guard(nullif(current_setting('social.fence', true), '')::uuid);
    RETURN true;
END
$$;

-- The full number of a past transaction of which a row keeps the lower 32 bits; next is the next number to be given out.
CREATE FUNCTION social_full_xid(short bigint, next bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT next - ((next - short) & 4294967295) $$;

-- Where the database stands. running: every transaction below it has ended. durable: a transaction that is certainly on disk, null
-- while no silo lives: after a crash PostgreSQL may give numbers beyond it out again. history: names what these numbers belong to;
-- the name of a log file begins with the timeline.
CREATE FUNCTION social_horizon() RETURNS TABLE (running xid8, durable xid8, history text)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT pg_snapshot_xmin(s.now),
           social_full_xid(b.xmin::text::bigint, s.next)::text::xid8,
           (SELECT system_identifier FROM pg_control_system())::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' ||
               (SELECT oid FROM pg_database WHERE datname = current_database())::text
    FROM (SELECT pg_current_snapshot() AS now, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS s
    LEFT JOIN LATERAL (SELECT xmin FROM heartbeats ORDER BY at DESC LIMIT 1) AS b ON true
$$;

-- Grain state and reminders, written under the fence of the session. A conflict of versions touches nothing.
UPDATE orleansquery SET querytext = $query$
    WITH fence AS MATERIALIZED (
        SELECT social_guard() AS held
    ), updated AS (
        UPDATE orleansstorage
        SET payloadbinary = @PayloadBinary::bytea, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        FROM fence
        WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
          AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
          AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
          AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
          AND version = @GrainStateVersion::integer AND fence.held
        RETURNING version
    ), inserted AS (
        INSERT INTO orleansstorage
            (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid,
             payloadbinary, modifiedon, version)
        SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString::varchar, @ServiceId,
               @PayloadBinary::bytea, now() AT TIME ZONE 'utc', 1
        FROM fence
        WHERE @GrainStateVersion::integer IS NULL AND fence.held
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT coalesce((SELECT version FROM updated), (SELECT version FROM inserted), @GrainStateVersion::integer)
        AS NewGrainStateVersion
$query$ WHERE querykey = 'WriteToStorageKey';

UPDATE orleansquery SET querytext = $query$
    WITH fence AS MATERIALIZED (SELECT social_guard() AS held)
    UPDATE orleansstorage SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
    FROM fence
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
      AND version = @GrainStateVersion::integer AND fence.held
    RETURNING version AS NewGrainStateVersion
$query$ WHERE querykey = 'ClearStorageKey';

UPDATE orleansquery SET querytext = $query$
    WITH fence AS MATERIALIZED (SELECT social_guard() AS held)
    DELETE FROM orleansstorage USING fence
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
      AND version = @GrainStateVersion::integer AND fence.held
    RETURNING version + 1 AS NewGrainStateVersion
$query$ WHERE querykey = 'DeleteStorageKey';

UPDATE orleansquery SET querytext = $query$
    WITH fence AS MATERIALIZED (SELECT social_guard() AS held)
    INSERT INTO orleansreminderstable (serviceid, grainid, remindername, starttime, period, grainhash, version)
    SELECT @ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0 FROM fence WHERE fence.held
    ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
    SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash,
        version = orleansreminderstable.version + 1
    RETURNING version AS Version
$query$ WHERE querykey = 'UpsertReminderRowKey';

UPDATE orleansquery SET querytext = $query$
    WITH fence AS MATERIALIZED (
        SELECT social_guard() AS held
    ), gone AS (
        DELETE FROM orleansreminderstable USING fence
        WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
          AND fence.held
        RETURNING 1
    )
    SELECT count(*)::integer AS Removed FROM gone
$query$ WHERE querykey = 'DeleteReminderRowKey';

-- Only what is dead is cleaned up: a silo that is joining has not been heard of yet either.
UPDATE orleansquery SET querytext = $query$
    DELETE FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status = 6
$query$ WHERE querykey = 'CleanupDefunctSiloEntriesKey';
