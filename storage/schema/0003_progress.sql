-- How much of the short is made, in news of progress; other news have none.
ALTER TABLE deliveries ADD COLUMN percent INTEGER;
