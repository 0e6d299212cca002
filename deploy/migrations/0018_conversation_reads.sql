-- Whoever asks what has happened to them looks at each of their conversations once, and at its members only where a read marker has moved.
-- conversations: owned by ConversationGrain, keyed by id; one row a conversation; never pruned; personal is created_by, which is
-- anonymised with the account.
ALTER TABLE conversations ADD COLUMN read_xid xid8 NOT NULL DEFAULT pg_current_xact_id(); -- of the last move of a read marker
ALTER TABLE conversations SET (fillfactor = 80);

-- Told here, so that silos of the version before tell it too while they run beside this one.
CREATE FUNCTION social_reads_moved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations SET read_xid = pg_current_xact_id()
    FROM (SELECT DISTINCT conversation_id FROM moved WHERE read_xid = pg_current_xact_id()) AS m WHERE id = m.conversation_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER members_read AFTER UPDATE ON members
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION social_reads_moved();
