-- Conversations, who is in them, and the order of what was said.

CREATE TABLE conversations (
    id             uuid        PRIMARY KEY,
    kind           smallint    NOT NULL,
    title          text,
    created_by     uuid        NOT NULL,
    created_at     timestamptz NOT NULL,
    -- What the creation said: the same again is a repetition, anything else under this id is refused.
    creation_print bytea       NOT NULL,
    -- One more for each change of members or title; xid is the transaction of the last one.
    version        bigint      NOT NULL DEFAULT 1,
    xid            xid8        NOT NULL DEFAULT pg_current_xact_id()
);

-- Who left stays as a row with left_seq, so that a resuming client can be told.
-- Read markers move often: they are in no index, and the pages keep room, so that an update stays within its page.
CREATE TABLE members (
    conversation_id uuid     NOT NULL,
    user_id         uuid     NOT NULL,
    joined_seq      bigint   NOT NULL,
    left_seq        bigint,
    read_seq        bigint   NOT NULL,
    xid             xid8     NOT NULL DEFAULT pg_current_xact_id(),
    read_xid        xid8     NOT NULL DEFAULT pg_current_xact_id(),
    role            smallint NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) WITH (fillfactor = 70);

CREATE INDEX members_of_user ON members (user_id, conversation_id);

-- Not partitioned by time: "the same client key gives the same receipt, for ever" and the number within the conversation are
-- unique across all time, which PostgreSQL can only promise within one table or with the partition key in the index.
-- There is no index on xid: within a conversation it grows with seq, so that a reader finds its place by seq.
CREATE TABLE messages (
    conversation_id uuid        NOT NULL,
    sender          uuid        NOT NULL,
    seq             bigint      NOT NULL,
    xid             xid8        NOT NULL DEFAULT pg_current_xact_id(),
    sent_at         timestamptz NOT NULL,
    edited_at       timestamptz,
    deleted_at      timestamptz,
    -- The transaction of the last edit or deletion.
    change_xid      xid8,
    version         integer     NOT NULL DEFAULT 1,
    kind            smallint    NOT NULL DEFAULT 1,
    subject         uuid,
    client_key      text        COLLATE "C",
    text            text        NOT NULL,
    -- Fingerprint of the text as it was sent, kept once the text itself has changed.
    first_print     bytea,
    PRIMARY KEY (conversation_id, seq)
);

CREATE UNIQUE INDEX messages_client_key ON messages (conversation_id, sender, client_key) WHERE client_key IS NOT NULL;
CREATE INDEX messages_changed ON messages (conversation_id, change_xid) WHERE change_xid IS NOT NULL;
