-- Whoever brings a video may know its scenes already: then none are looked for.
ALTER TABLE intakes ADD COLUMN finds_scenes INTEGER NOT NULL DEFAULT 1 CHECK (finds_scenes IN (0, 1));
