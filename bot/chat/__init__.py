"""The Discord face: thin commands over the exporter, cards that are edited in place."""
