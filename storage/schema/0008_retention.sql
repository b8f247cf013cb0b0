-- How long the link of this short lives, in seconds, where it was asked for in a place with a rule of its own.
ALTER TABLE exports ADD COLUMN link_s REAL CHECK (link_s > 0);
