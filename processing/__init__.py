"""The work: from an accepted export to a verified short. Knows no Discord and no HTTP server."""
