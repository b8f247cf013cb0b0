-- A smaller copy of a finished short, to be played on Discord where the short itself is too large to be sent.
CREATE TABLE miniatures (
    export_id   TEXT PRIMARY KEY REFERENCES exports (id) ON DELETE CASCADE,
    limit_bytes INTEGER NOT NULL,
    status      TEXT NOT NULL DEFAULT 'wanted' CHECK (status IN ('wanted', 'made', 'shown', 'given_up')),
    tries       INTEGER NOT NULL DEFAULT 0,  -- times it was begun and not broken off on purpose
    file_key    TEXT,
    size_bytes  INTEGER,
    created_at  TEXT NOT NULL,
    CHECK (status NOT IN ('made', 'shown') OR (file_key IS NOT NULL AND size_bytes IS NOT NULL))
) STRICT;

CREATE INDEX miniatures_by_status ON miniatures (status, created_at);
