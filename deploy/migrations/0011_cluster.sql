-- Leases of silos that form a cluster. A row without a cluster id is the lease of a silo on its own, or of another engine.
ALTER TABLE silo_leases
    ADD COLUMN cluster_id text        NOT NULL DEFAULT '',
    ADD COLUMN service_id text        NOT NULL DEFAULT '',
    ADD COLUMN instance   uuid,
    ADD COLUMN name       text        NOT NULL DEFAULT '',
    ADD COLUMN gateway    text,
    ADD COLUMN engine     text        NOT NULL DEFAULT '',
    ADD COLUMN protocol   integer     NOT NULL DEFAULT 0,
    ADD COLUMN status     smallint    NOT NULL DEFAULT 2, -- 1 joining, 2 active, 3 leaving
    ADD COLUMN settled    bigint      NOT NULL DEFAULT 0, -- the newest view for which it ended what it does not own
    ADD COLUMN held_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN revoked    boolean     NOT NULL DEFAULT false,
    ADD CONSTRAINT silo_leases_status CHECK (status BETWEEN 1 AND 3),
    ADD CONSTRAINT silo_leases_member CHECK (cluster_id = '' OR engine <> 'bundled'
        OR (silo ~ '^.+:[0-9]+@-?[0-9]+$' AND instance IS NOT NULL AND (gateway IS NULL OR gateway ~ '^.+:[0-9]+@-?[0-9]+$')));

CREATE INDEX silo_leases_cluster ON silo_leases (cluster_id);

-- The version of each cluster's view: it grows once with every transaction that changes members or their status.
CREATE TABLE cluster_views (
    cluster_id text   PRIMARY KEY,
    version    bigint NOT NULL DEFAULT 0,
    changed_in xid8   NOT NULL DEFAULT '0'
);

-- Members that cannot reach another one, by the epochs of both.
CREATE TABLE silo_suspicions (
    suspect    bigint      NOT NULL REFERENCES silo_leases (epoch) ON DELETE CASCADE,
    voter      bigint      NOT NULL,
    since      timestamptz NOT NULL,
    last       timestamptz NOT NULL,
    PRIMARY KEY (suspect, voter)
);

-- Whoever changes the members, silos or people, moves the version and tells the silos: none of them follows a view that is not there.
CREATE FUNCTION cluster_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    cluster text := CASE WHEN TG_OP = 'DELETE' THEN OLD.cluster_id ELSE NEW.cluster_id END;
BEGIN
    INSERT INTO cluster_views AS v (cluster_id, version, changed_in) VALUES (cluster, 1, pg_current_xact_id())
    ON CONFLICT (cluster_id) DO UPDATE SET version = v.version + 1, changed_in = pg_current_xact_id()
    WHERE v.changed_in <> pg_current_xact_id();
    PERFORM pg_notify('cluster_views', cluster);
    RETURN NULL;
END
$$;

CREATE TRIGGER silo_leases_came_or_went AFTER INSERT OR DELETE ON silo_leases
    FOR EACH ROW EXECUTE FUNCTION cluster_changed();

CREATE TRIGGER silo_leases_changed AFTER UPDATE OF silo, epoch, cluster_id, status ON silo_leases
    FOR EACH ROW WHEN ((OLD.silo, OLD.epoch, OLD.cluster_id, OLD.status) IS DISTINCT FROM (NEW.silo, NEW.epoch, NEW.cluster_id, NEW.status))
    EXECUTE FUNCTION cluster_changed();

-- Runs first in every transaction with a durable write of a clustered silo; see social_guard, which does the same.
CREATE FUNCTION lease_guard(silo_name text, silo_epoch bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM silo_leases
    WHERE silo = silo_name AND epoch = silo_epoch AND expires_at > clock_timestamp()
    FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'silo % holds no lease of epoch %', silo_name, silo_epoch USING ERRCODE = 'SF001';
    END IF;
END
$$;
