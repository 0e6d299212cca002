-- Whoever asks what has happened to them looks at each of their conversations once, and at its members only where a read marker has moved.
-- conversations: owned by ConversationGrain, keyed by id; one row a conversation; never pruned; personal is created_by, which is
-- anonymised with the account.
ALTER TABLE conversations ADD COLUMN read_xid xid8 NOT NULL DEFAULT pg_current_xact_id(); -- of the last move of a read marker
ALTER TABLE conversations SET (fillfactor = 80);
