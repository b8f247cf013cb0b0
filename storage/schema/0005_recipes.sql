-- An export keeps its whole recipe: what was asked for before there was a choice was made in the one way there was.
ALTER TABLE exports ADD COLUMN focus INTEGER NOT NULL DEFAULT 50 CHECK (focus BETWEEN 0 AND 100);
ALTER TABLE exports ADD COLUMN target_mb REAL CHECK (target_mb > 0);
ALTER TABLE exports ADD COLUMN normalize_loudness INTEGER NOT NULL DEFAULT 1 CHECK (normalize_loudness IN (0, 1));
