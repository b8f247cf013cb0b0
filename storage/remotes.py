"""The table of files that stay at their servers."""

import sqlite3

import aiosqlite

from storage.database import Database
from storage.models import REMOTE, Remote, Video

_QUERY = """
SELECT remotes.*, videos.size_bytes FROM remotes JOIN videos ON videos.id = remotes.video_id
"""


async def add_remote(connection: aiosqlite.Connection, video: Video, remote: Remote) -> None:
    """Write where the file of a video is, in the transaction that adds the video."""
    await connection.execute(
        "INSERT INTO remotes (video_id, url, validator) VALUES (?, ?, ?)",
        (video.id, remote.url, remote.validator),
    )


class Remotes:
    """Where the files of remote videos are. A row goes with its video."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, file_key: str) -> Remote | None:
        """The file that a remote video's key stands for."""
        row = await self._database.fetch_one(f"{_QUERY} WHERE video_id = ?", (file_key.removeprefix(REMOTE),))
        return _from_row(row) if row else None

    async def all(self) -> list[Remote]:
        """Every file that a video needs."""
        rows = await self._database.fetch_all(_QUERY)
        return [_from_row(row) for row in rows]


def _from_row(row: sqlite3.Row) -> Remote:
    return Remote(url=row["url"], validator=row["validator"], size_bytes=row["size_bytes"])
