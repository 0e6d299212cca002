-- What those may read who join a group. Whoever is a member already goes on reading everything.
ALTER TABLE conversations ADD COLUMN history smallint NOT NULL DEFAULT 1; -- 1: everything; 2: what is said from their joining on
ALTER TABLE members ADD COLUMN history_from bigint NOT NULL DEFAULT 0;    -- entries from this number on

-- Invitations to groups. A declined one stays, so that its person is asked and never added.
-- invitations: owned by InvitationsGrain, keyed by user_id; one row for a person and a group, as many at a time as one may have; removed
-- when its person joins or an admin takes it back, and with either account; personal is who was invited by whom, which is erased with the row.
CREATE TABLE invitations (
    user_id         uuid        NOT NULL,
    conversation_id uuid        NOT NULL,
    invited_by      uuid        NOT NULL,
    invited_at      timestamptz NOT NULL,
    declined_at     timestamptz,
    PRIMARY KEY (user_id, conversation_id)
);

CREATE INDEX invitations_of_group ON invitations (conversation_id, invited_at) WHERE declined_at IS NULL;

-- How people come into groups, where they have chosen.
-- group_joining: owned by InvitationsGrain, keyed by user_id; one row a person; removed with the account; personal is the choice, which is
-- erased with the row.
CREATE TABLE group_joining (
    user_id uuid     PRIMARY KEY,
    joining smallint NOT NULL -- 1: added; 2: asked
);
