"""The data folder: videos without their database are no new beginning."""

from pathlib import Path

from processing.places import SOURCES
from storage.database import Database


class DatabaseMissing(Exception):
    """There are videos, and no database that knows them."""


async def demand_database(data: Path) -> None:
    """Go on only with a database that has been in use, or without videos: a new one would know none of them.

    Raises:
        DatabaseMissing: the videos are there, and nothing that knows them.
        DatabaseUnusable: there is a file that is no database, or cannot be opened.
    """
    path, sources = data / "cutdown.db", data / "files" / SOURCES
    if not any(sources.rglob("*")) or (path.exists() and await _in_use(path)):
        return
    raise DatabaseMissing(
        f"{path} is not there or empty, but there are videos in {sources}: "
        "restore a backup of the database, or move that folder away to begin anew"
    )


async def _in_use(path: Path) -> bool:
    async with Database.look(path) as database:
        return await database.version() > 0
