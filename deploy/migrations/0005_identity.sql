-- Sessions that ended while access tokens of theirs may still live. Every node reads what is new several times a
-- second and refuses their tokens. A row is removed when its last token has ended by itself.
CREATE TABLE ended_sessions (
    session      uuid        PRIMARY KEY,
    tokens_until timestamptz NOT NULL,
    xid          xid8        NOT NULL DEFAULT pg_current_xact_id()
);

-- Nodes go on from a snapshot horizon, so that a row whose transaction took long is not passed over.
CREATE INDEX ended_sessions_xid ON ended_sessions (xid);
CREATE INDEX ended_sessions_tokens_until ON ended_sessions (tokens_until);
