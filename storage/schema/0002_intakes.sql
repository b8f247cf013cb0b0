-- How a video comes in. Its row in `videos` exists from the moment its file is held, under the same id.
CREATE TABLE intakes (
    video_id    TEXT PRIMARY KEY,
    owner_id    TEXT NOT NULL,
    title       TEXT NOT NULL,
    url         TEXT,                        -- where it is fetched from; it may hold a key, so it is not kept
    status      TEXT NOT NULL
                CHECK (status IN ('fetching', 'probing', 'detecting', 'ready', 'failed')),
    tries       INTEGER NOT NULL DEFAULT 0,  -- times it was begun; a video that breaks the service is given up
    error       TEXT,
    findings    TEXT,                        -- JSON, storage.intake_models.Findings
    created_at  TEXT NOT NULL,
    finished_at TEXT
) STRICT;

CREATE INDEX intakes_unfinished ON intakes (created_at) WHERE status IN ('fetching', 'probing', 'detecting');
CREATE INDEX intakes_by_owner ON intakes (owner_id, created_at);

CREATE TRIGGER intakes_go_with_their_video AFTER DELETE ON videos BEGIN
    DELETE FROM intakes WHERE video_id = OLD.id;
END;

-- What a scene that was found is like.
CREATE TABLE scene_facts (
    scene_id TEXT PRIMARY KEY REFERENCES scenes (id) ON DELETE CASCADE,
    facts    TEXT NOT NULL  -- JSON, storage.intake_models.SceneFacts
) STRICT;

-- The same bytes are held once, however many videos they are.
CREATE INDEX videos_by_file ON videos (file_key);
