-- Several videos come in at once: whose turn it is, lowest first, then rowid; see storage/intake_queue.py.
ALTER TABLE intakes ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
