-- What is to be done with a video when it is there, however long that takes: a scene, and who else may use it.
ALTER TABLE intakes ADD COLUMN wish TEXT;  -- JSON, storage.intake_models.Wish
