"""Videos that stay at their servers: only what is needed of them is read."""
