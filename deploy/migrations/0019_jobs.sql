-- Work outside the database that takes its time, and what recurs. A job is put here in the transaction of what wants it done, is taken by
-- one silo, and ends in the transaction of its effects.
-- jobs: owned by JobStore, keyed by kind and key; one row a job, and one a recurring one; those that are done or cancelled go after some
-- days, those that have failed for good stay until an operator runs or cancels them; personal are key, data and error, which are erased
-- with the row.
CREATE TABLE jobs (
    id          uuid        PRIMARY KEY, -- made by time: the list of an operator is in this order
    kind        text        COLLATE "C" NOT NULL, -- names the record that data holds, or what recurs
    key         text        COLLATE "C" NOT NULL, -- of a kind there is one job with a key, for as long as its row stands
    queue       text        COLLATE "C" NOT NULL, -- whose workers run it
    state       text        COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'dead', 'cancelled')),
    data        jsonb, -- null where it recurs
    cron        text, -- null where it does not recur
    run_at      timestamptz NOT NULL, -- not before
    attempts    integer     NOT NULL DEFAULT 0, -- how often it was begun
    fence       uuid, -- of the process that runs it
    cancelling  boolean     NOT NULL DEFAULT false, -- whoever runs it is to stop
    error       text, -- of the last attempt that failed
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    ended_at    timestamptz,
    UNIQUE (kind, key),
    CHECK ((state = 'running') = (fence IS NOT NULL))
) WITH (fillfactor = 80);

CREATE INDEX jobs_open ON jobs (state, queue, run_at, id) WHERE state IN ('waiting', 'running', 'dead');
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE state IN ('done', 'cancelled');

-- Whether a process may still write. What one holds that may not is free for others: it was removed only after its last transaction.
CREATE FUNCTION social_may_write(of_process uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM silo_fences WHERE fence = of_process) $$;
