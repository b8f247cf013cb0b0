-- How loud each tenth of a second of a video is. A table of its own, so that nobody reads it in passing; a row and
-- not a file, so that it comes in one step with the scenes and goes with the video.
CREATE TABLE soundtracks (
    video_id  TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    momentary BLOB NOT NULL  -- zlib of little-endian 16-bit integers, hundredths of LUFS: 60 kB an hour at most
) STRICT;
