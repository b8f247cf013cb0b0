"""Videos of web sites whose pages yt-dlp understands: its child process, and the only way out that it has."""
