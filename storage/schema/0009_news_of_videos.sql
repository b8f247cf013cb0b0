-- News may be of a video that comes in, too: each destination, and each delivery, is of an export or of an intake.
-- The tables are made anew, because a column that must be filled cannot be relaxed. Children go before parents, or
-- dropping the parent would take them along; what was written keeps its order.
CREATE TABLE new_destinations (
    id         TEXT PRIMARY KEY,
    export_id  TEXT REFERENCES exports (id) ON DELETE CASCADE,
    video_id   TEXT REFERENCES intakes (video_id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    address    TEXT NOT NULL,  -- JSON object of text, understood by the notifier of that kind
    CHECK ((export_id IS NULL) <> (video_id IS NULL))
) STRICT;

INSERT INTO new_destinations (id, export_id, kind, address)
SELECT id, export_id, kind, address FROM destinations ORDER BY rowid;

CREATE TABLE new_deliveries (
    id              TEXT PRIMARY KEY,
    export_id       TEXT REFERENCES exports (id) ON DELETE CASCADE,
    video_id        TEXT REFERENCES intakes (video_id) ON DELETE CASCADE,
    destination_id  TEXT NOT NULL REFERENCES new_destinations (id) ON DELETE CASCADE,
    event           TEXT NOT NULL,
    status          TEXT NOT NULL DEFAULT 'due' CHECK (status IN ('due', 'delivered', 'abandoned')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL,
    last_error      TEXT,
    created_at      TEXT NOT NULL,
    percent         INTEGER,  -- how much of the short is made, in news of progress; other news have none
    UNIQUE (destination_id, event),
    CHECK ((export_id IS NULL) <> (video_id IS NULL))
) STRICT;

INSERT INTO new_deliveries (id, export_id, destination_id, event, status, attempts, next_attempt_at, last_error,
                            created_at, percent)
SELECT id, export_id, destination_id, event, status, attempts, next_attempt_at, last_error, created_at, percent
FROM deliveries ORDER BY rowid;

DROP TABLE deliveries;
DROP TABLE destinations;
ALTER TABLE new_destinations RENAME TO destinations;
ALTER TABLE new_deliveries RENAME TO deliveries;

CREATE INDEX destinations_by_export ON destinations (export_id);
CREATE INDEX destinations_by_video ON destinations (video_id);
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE status = 'due';
CREATE INDEX deliveries_by_export ON deliveries (export_id);
CREATE INDEX deliveries_by_video ON deliveries (video_id);
