"""What lasts: the words, the tables and the files. Knows nobody above it."""
