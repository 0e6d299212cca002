-- The secret that the silos of this cluster share: by it each knows what another one gave out, such as the cursors of lists.
-- cluster_key: owned by the kernel; one row, made by the first silo; never grows, never pruned; nothing personal. Whoever reads it can
-- make cursors, which choose where the reading of one's own things begins and nothing else.
CREATE TABLE cluster_key (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    secret bytea   NOT NULL CHECK (length(secret) = 32)
);
