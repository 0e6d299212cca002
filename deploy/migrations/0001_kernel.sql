-- The lease of each silo. A silo writes only while its row stands; whoever takes its place removes the row.
CREATE TABLE silo_leases (
    silo       text        PRIMARY KEY,
    epoch      bigint      NOT NULL UNIQUE,
    claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);

-- Epochs are never given out twice, so a silo that was replaced stays replaced.
CREATE SEQUENCE silo_epochs AS bigint;

-- Runs first in every transaction with a durable write. The KEY SHARE lock lets renewals of the same row pass,
-- and makes a removal of the row wait until the transaction has ended: a write that began under a lease is
-- finished before anyone else can hold one.
CREATE FUNCTION social_guard(silo_name text, silo_epoch bigint) RETURNS void
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
