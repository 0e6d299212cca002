-- What has happened, as the slices tell each other and people. An event is a row beside those of the change that it tells of, in the
-- same transaction. A day is a partition: it is dropped as a whole when nobody is to read it any more.
-- events: owned by EventLog, keyed by topic; one row an event; a day goes once every subscriber has passed it and no cursor reaches back
-- to it; personal are audience, topic and data, which are erased with their day.
CREATE TABLE events (
    day      date        NOT NULL, -- when its transaction began, UTC, by the clock of PostgreSQL
    xid      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    ordinal  integer     NOT NULL, -- its place among those of its transaction, from 1
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
