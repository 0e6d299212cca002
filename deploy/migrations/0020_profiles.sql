-- Profiles: what everyone may see of a person.
-- profiles: owned by UserGrain, keyed by user_id; one row a person; removed with the account; personal are handle, display_name and bio,
-- which are erased with the row.
CREATE TABLE profiles (
    user_id      uuid        PRIMARY KEY,
    handle       text        NOT NULL,
    display_name text        NOT NULL,
    bio          text        NOT NULL,
    created_at   timestamptz NOT NULL,
    version      integer     NOT NULL, -- 1, and one more for each change
    xid          xid8        NOT NULL DEFAULT pg_current_xact_id() -- of the last change
);

-- Whoever asks what has changed asks for no profile that is as it was made.
CREATE INDEX profiles_changed ON profiles (xid) WHERE version > 1;

-- The person of a row of grain state: its key is a Guid, in two halves of eight bytes each as .NET lays them out.
CREATE FUNCTION social_user_of_state(n0 bigint, n1 bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
    SELECT (regexp_replace(encode(int8send(n0), 'hex'), '^(....)(....)(........)$', '\3\2\1') ||
            regexp_replace(encode(int8send(n1), 'hex'), '^(..)(..)(..)(..)(..)(..)(..)(..)$', '\8\7\6\5\4\3\2\1'))::uuid
$$;

-- Until now profiles were grain state. What silos of the version before write there while they run beside this one is taken over, so that an
-- account that is opened through them has its profile everywhere. A change of theirs that was overtaken by one here must not be acknowledged:
-- it fails, and the class of the error tells their callers to come again.
CREATE FUNCTION social_profile_written() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    state jsonb   := convert_from(NEW.payloadbinary, 'UTF8');
    made  integer := (state ->> 'Version')::integer;
BEGIN
    INSERT INTO profiles (user_id, handle, display_name, bio, created_at, version)
    VALUES (social_user_of_state(NEW.grainidn0, NEW.grainidn1), state ->> 'Handle', state ->> 'DisplayName', state ->> 'Bio', (state ->> 'CreatedAt')::timestamptz, made)
    ON CONFLICT (user_id) DO UPDATE SET display_name = excluded.display_name, bio = excluded.bio, version = excluded.version, xid = pg_current_xact_id()
    WHERE profiles.version < excluded.version;
    IF NOT FOUND AND made > 1 THEN
        RAISE EXCEPTION 'the profile was changed by a silo of a newer version' USING ERRCODE = 'cannot_connect_now';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER profiles_written AFTER INSERT OR UPDATE ON orleansstorage
    FOR EACH ROW WHEN (NEW.graintypestring = 'profile' AND NEW.payloadbinary IS NOT NULL) EXECUTE FUNCTION social_profile_written();

-- The trigger's lock lets nobody write in between. What was changed before is no news to anybody, so no cursor is to find it.
INSERT INTO profiles (user_id, handle, display_name, bio, created_at, version, xid)
SELECT social_user_of_state(grainidn0, grainidn1), state ->> 'Handle', state ->> 'DisplayName', state ->> 'Bio',
       (state ->> 'CreatedAt')::timestamptz, (state ->> 'Version')::integer, '0'::xid8
FROM (SELECT grainidn0, grainidn1, convert_from(payloadbinary, 'UTF8')::jsonb AS state
      FROM orleansstorage WHERE graintypestring = 'profile' AND payloadbinary IS NOT NULL) AS held;

DELETE FROM orleansstorage WHERE graintypestring = 'profile';

-- Whether somebody knows a person, and so hears of what they do: the two are in a conversation now, or are the same. The rule is Chat's; other
-- slices may ask it in their SQL. The limit keeps the planner from reading more than the person's own conversations.
CREATE FUNCTION social_knows(viewer uuid, person uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT viewer = person OR EXISTS (
        SELECT FROM members AS theirs CROSS JOIN LATERAL (
            SELECT FROM members AS x WHERE x.conversation_id = theirs.conversation_id AND x.user_id = viewer AND x.left_seq IS NULL LIMIT 1) AS mine
        WHERE theirs.user_id = person AND theirs.left_seq IS NULL)
$$;
