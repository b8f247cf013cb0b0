"""The faces: Discord, HTTP and the command line."""
