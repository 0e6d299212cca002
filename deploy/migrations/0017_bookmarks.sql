-- Messages that people save for themselves.
-- bookmarks: owned by BookmarksGrain, keyed by user_id; one row a saved message; removed by its owner and with the account; personal is
-- that it was saved, which is erased with the row.
CREATE TABLE bookmarks (
    user_id         uuid        NOT NULL,
    conversation_id uuid        NOT NULL,
    seq             bigint      NOT NULL,
    number          bigint      NOT NULL, -- rises from one saved message of a person to the next
    saved_at        timestamptz NOT NULL,
    PRIMARY KEY (user_id, conversation_id, seq)
);

CREATE UNIQUE INDEX bookmarks_in_order ON bookmarks (user_id, number);
