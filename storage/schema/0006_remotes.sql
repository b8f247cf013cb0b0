-- A video whose file stays at its server. The address may hold a key: it goes with its video.
CREATE TABLE remotes (
    video_id  TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    url       TEXT NOT NULL,
    validator TEXT NOT NULL  -- what tells this version of the file from others: a strong ETag, or the last change
) STRICT;

-- Where whoever asked wants the file to be; NULL: as the operator has set it.
ALTER TABLE intakes ADD COLUMN keep TEXT CHECK (keep IN ('here', 'remote'));
