-- Moments are ISO 8601 text in UTC with microseconds ("2026-03-01T12:00:00.000000+00:00"): they sort as text.

CREATE TABLE videos (
    id          TEXT PRIMARY KEY,
    owner_id    TEXT NOT NULL,
    title       TEXT NOT NULL,
    file_key    TEXT NOT NULL,
    size_bytes  INTEGER NOT NULL,
    duration_s  REAL NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    has_audio   INTEGER NOT NULL,
    created_at  TEXT NOT NULL
) STRICT;

CREATE INDEX videos_by_owner ON videos (owner_id, created_at);

CREATE TABLE scenes (
    id          TEXT PRIMARY KEY,
    video_id    TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    title       TEXT NOT NULL,
    start_s     REAL NOT NULL,
    end_s       REAL NOT NULL,
    created_at  TEXT NOT NULL,
    CHECK (0 <= start_s AND start_s < end_s)
) STRICT;

CREATE INDEX scenes_by_video ON scenes (video_id, start_s);

-- A Discord server whose members may make shorts of a video, each on their own quota.
CREATE TABLE shares (
    video_id  TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    guild_id  TEXT NOT NULL,
    PRIMARY KEY (guild_id, video_id)
) STRICT;

-- An export keeps its whole recipe (video, times, strategy, quality), so it does not need its scene any more.
CREATE TABLE exports (
    id              TEXT PRIMARY KEY,
    scene_id        TEXT NOT NULL,
    video_id        TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    client          TEXT,
    title           TEXT NOT NULL,
    start_s         REAL NOT NULL,
    end_s           REAL NOT NULL,
    strategy        TEXT NOT NULL,
    quality         TEXT NOT NULL,
    status          TEXT NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'processing', 'completed', 'expired', 'failed', 'cancelled')),
    turn            INTEGER NOT NULL,            -- place in the queue, lowest first, then rowid; see storage/exports.py
    attempt         INTEGER NOT NULL DEFAULT 0,  -- fences an update: only the attempt that started may finish
    crashes         INTEGER NOT NULL DEFAULT 0,  -- times the service died while rendering it
    error           TEXT,
    token           TEXT NOT NULL UNIQUE,
    file_key        TEXT,
    facts           TEXT,                        -- JSON, storage.models.Facts
    engine          TEXT,                        -- what made the file; only the same engine's work is used again
    day             TEXT NOT NULL,               -- UTC day on whose quota it counts
    idempotency_key TEXT,
    fingerprint     TEXT,                        -- of the request that the idempotency key stands for
    created_at      TEXT NOT NULL,
    started_at      TEXT,
    finished_at     TEXT,
    expires_at      TEXT,
    CHECK (status <> 'completed' OR (file_key IS NOT NULL AND facts IS NOT NULL AND expires_at IS NOT NULL))
) STRICT;

CREATE INDEX exports_by_user_and_day ON exports (user_id, day);
CREATE INDEX exports_by_user ON exports (user_id, created_at);
CREATE INDEX exports_by_video ON exports (video_id) WHERE status = 'completed';
CREATE INDEX exports_by_turn ON exports (status, turn);
CREATE INDEX exports_by_expiry ON exports (expires_at) WHERE status = 'completed';
CREATE UNIQUE INDEX exports_by_idempotency_key ON exports (client, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE destinations (
    id         TEXT PRIMARY KEY,
    export_id  TEXT NOT NULL REFERENCES exports (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    address    TEXT NOT NULL  -- JSON object of text, understood by the notifier of that kind
) STRICT;

CREATE INDEX destinations_by_export ON destinations (export_id);

CREATE TABLE deliveries (
    id              TEXT PRIMARY KEY,
    export_id       TEXT NOT NULL REFERENCES exports (id) ON DELETE CASCADE,
    destination_id  TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    event           TEXT NOT NULL,
    status          TEXT NOT NULL DEFAULT 'due' CHECK (status IN ('due', 'delivered', 'abandoned')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL,
    last_error      TEXT,
    created_at      TEXT NOT NULL,
    UNIQUE (destination_id, event)
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE status = 'due';
CREATE INDEX deliveries_by_export ON deliveries (export_id);

-- Signed messages of the last minutes, so that none is taken twice.
CREATE TABLE messages (
    client      TEXT NOT NULL,
    name        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,  -- of what was called with it
    seen_at     TEXT NOT NULL,
    PRIMARY KEY (client, name)
) STRICT;

CREATE INDEX messages_by_age ON messages (seen_at);

-- Small things that must outlive a restart, such as the hash of the commands last sent to Discord.
CREATE TABLE notes (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
