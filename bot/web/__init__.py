"""The HTTP face: routes for other tools, links for people."""
