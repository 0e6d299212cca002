-- What has happened, as the slices tell each other and people. An event is a row beside those of the change that it tells of, in the
-- same transaction. A day is a partition: it is dropped as a whole when nobody is to read it any more.
-- events: owned by EventLog, keyed by topic; one row an event; a day goes once every subscriber has passed it and no cursor reaches back
-- to it; personal are audience, topic and data, which are erased with their day.
-- event_history: owned by EventLog; one row; never pruned; nothing personal.
-- event_positions: owned by the parts of subscribers, keyed by subscriber and part; a row a part; removed by an operator with its
-- subscriber; nothing personal.
-- event_parked: owned by the parts of subscribers, keyed by subscriber and event; one row an event that could not be handled; removed
-- when it is handled or given up; personal are topic and data, which are erased with the row.
-- event_due: owned by the log of events, keyed by alias and topic; one row an event that is still to happen; removed when it happens;
-- personal are topic and data, which are erased with the row.
CREATE TABLE events (
    day      date        NOT NULL, -- when its transaction began, UTC, by the clock of PostgreSQL
    xid      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    ordinal  integer     NOT NULL, -- its place among those of its transaction, from 1
    id       uuid        NOT NULL, -- names it for ever
    alias    text        COLLATE "C" NOT NULL, -- what happened: names the record that data holds
    topic    uuid        NOT NULL, -- what it is about; within a topic transactions follow each other
    slot     smallint    NOT NULL, -- of the topic, 0 to 63: by it subscribers share the work
    audience uuid, -- the one person who is told, null where there is none
    at       timestamptz NOT NULL,
    data     jsonb       NOT NULL,
    PRIMARY KEY (xid, ordinal, day)
) PARTITION BY RANGE (day);

CREATE INDEX events_audience ON events (audience, xid) WHERE audience IS NOT NULL;

-- Makes the partitions of today and of some days ahead. Attached, and not made in place, so that no writer waits for it.
CREATE FUNCTION social_event_days(ahead integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first date := (now() AT TIME ZONE 'utc')::date;
    name  text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('social_event_days', 0));
    FOR one IN 0..ahead LOOP
        name := 'events_' || to_char(first + one, 'YYYYMMDD');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS)', name);
            EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first + one, first + one + 1);
        END IF;
    END LOOP;
END
$$;

SELECT social_event_days(3);

-- How far a part of a subscriber is: it has handled every event below (xid, ordinal), and of those from there on the ones named.
CREATE TABLE event_positions (
    subscriber     text     COLLATE "C" NOT NULL,
    part           smallint NOT NULL,
    version        bigint   NOT NULL, -- one more with each move: of two that believe to own the part, one fails
    xid            xid8     NOT NULL,
    ordinal        integer  NOT NULL,
    day            date     NOT NULL, -- no event from (xid, ordinal) on began long before this day
    ahead_xids     xid8[]   NOT NULL,
    ahead_ordinals integer[] NOT NULL,
    PRIMARY KEY (subscriber, part)
) WITH (fillfactor = 50);

CREATE TABLE event_parked (
    subscriber text        COLLATE "C" NOT NULL,
    id         uuid        NOT NULL, -- of the event
    alias      text        COLLATE "C" NOT NULL,
    topic      uuid        NOT NULL,
    data       jsonb       NOT NULL,
    attempts   integer     NOT NULL,
    error      text        NOT NULL, -- of the last attempt
    parked_at  timestamptz NOT NULL,
    PRIMARY KEY (subscriber, id)
);

-- Events that happen at their time, once, unless they are put off or taken back before.
CREATE TABLE event_due (
    alias text        COLLATE "C" NOT NULL,
    topic uuid        NOT NULL,
    at    timestamptz NOT NULL,
    data  jsonb       NOT NULL,
    PRIMARY KEY (alias, topic)
);

CREATE INDEX event_due_at ON event_due (at);

-- The numbers of transactions belong to a history. What was restored from a dump brings those of another: they are given one number of
-- this history, in their order, and positions are moved along.
CREATE TABLE event_history (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    history text    NOT NULL
);

CREATE FUNCTION social_event_rebase() RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    now_history text := (SELECT history FROM social_horizon());
    was_history text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('social_event_rebase', 0));
    SELECT history INTO was_history FROM event_history;
    IF was_history = now_history THEN RETURN false; END IF;
    IF was_history IS NOT NULL THEN
        CREATE TEMPORARY TABLE rebased ON COMMIT DROP AS
            SELECT day, xid, ordinal, row_number() OVER (ORDER BY xid, ordinal) AS place FROM events;
        CREATE INDEX ON rebased (xid, ordinal);
        UPDATE event_positions AS p SET
            version = version + 1,
            xid = pg_current_xact_id(),
            ordinal = (SELECT count(*) + 1 FROM rebased AS r WHERE (r.xid, r.ordinal) < (p.xid, p.ordinal)),
            day = least(day, coalesce((SELECT min(r.day) FROM rebased AS r WHERE (r.xid, r.ordinal) >= (p.xid, p.ordinal)), day)),
            ahead_ordinals = coalesce((SELECT array_agg(r.place::integer ORDER BY r.place) FROM rebased AS r
                JOIN unnest(p.ahead_xids, p.ahead_ordinals) AS a (xid, ordinal) USING (xid, ordinal)), '{}');
        UPDATE event_positions SET ahead_xids = array_fill(xid, ARRAY[cardinality(ahead_ordinals)]);
        UPDATE events AS e SET xid = pg_current_xact_id(), ordinal = r.place
        FROM rebased AS r WHERE e.day = r.day AND e.xid = r.xid AND e.ordinal = r.ordinal;
    END IF;
    INSERT INTO event_history (history) VALUES (now_history) ON CONFLICT (one) DO UPDATE SET history = excluded.history;
    RETURN true;
END
$$;

-- Drops the days beyond what cursors reach back to, oldest first, as far as every subscriber has passed them. One that is in use stays for now.
CREATE FUNCTION social_event_prune(days integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    one     record;
    waits   boolean;
    dropped integer := 0;
BEGIN
    SET LOCAL lock_timeout = '1s';
    FOR one IN
        SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'events'::regclass AND to_date(right(c.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'utc')::date - days ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM event_positions AS p WHERE EXISTS (SELECT FROM %I AS e WHERE (e.xid, e.ordinal) >= (p.xid, p.ordinal)))', one.relname) INTO waits;
        EXIT WHEN waits;
        EXECUTE format('DROP TABLE %I', one.relname);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
END
$$;
