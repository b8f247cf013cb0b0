"""Files that no row knows: what can be made anew is deleted, a video is put aside for a week first.

Where the database is older than the files, as a backup is, it is the database that is wrong.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from processing.ingest import Library
from processing.places import LOST, SOURCES, album_of
from storage.exports import Exports
from storage.files import PART, FileStore, StoredFile
from storage.videos import Videos

log = structlog.get_logger()

#: A file younger than this may belong to a row that is about to be written.
ORPHAN_AGE = timedelta(hours=1)
#: As long as this, a video that was put aside can be had back.
LOST_AGE = timedelta(days=7)


async def sweep_orphans(
    *, videos: Videos, exports: Exports, library: Library, files: FileStore, now: Callable[[], datetime]
) -> int:
    """Delete files that no row knows, unfinished ones included, and put videos aside. Returns how many."""
    entries = await files.entries()
    known = await videos.file_keys() | await exports.file_keys()
    albums = {album_of(video_id) for video_id in await videos.ids()}
    orphans = [
        entry
        for entry in entries
        if entry.key not in known
        and not (entry.key.rpartition("/")[0] in albums and not entry.key.endswith(PART))
        and now() - entry.modified_at > _age(entry.key)
    ]
    aside = 0
    for orphan in orphans:
        if orphan.key.startswith(SOURCES) and not orphan.key.endswith(PART):
            aside += await _put_aside(orphan, videos=videos, library=library, files=files)
        else:
            await files.delete(orphan.key)
            log.info("orphan deleted", key=orphan.key, size_bytes=orphan.size_bytes)
    if aside:
        until = now() + LOST_AGE
        log.warning(
            "videos that no row knows were put aside",
            number=aside,
            folder=f"files/{LOST}{SOURCES}",
            deleted_after=until.isoformat(timespec="seconds"),
        )
    return len(orphans)


async def bring_back(*, videos: Videos, files: FileStore) -> int:
    """Put videos back into their places that were put aside and that a row knows. Returns how many."""
    known = await videos.file_keys()
    missing = known - {entry.key for entry in await files.entries(SOURCES.rstrip("/"))}
    aside = {entry.key for entry in await files.entries(LOST.rstrip("/"))}
    back = 0
    for key in sorted(key for key in missing if LOST + key in aside):
        try:
            await files.copy(LOST + key, key)
            await files.delete(LOST + key)
        except OSError as error:
            log.warning("video not brought back", key=key, error=str(error))
        else:
            back += 1
            log.info("video brought back", key=key)
    return back


def _age(key: str) -> timedelta:
    """How old a file has to be before nobody misses it."""
    return LOST_AGE if key.startswith(LOST) and not key.endswith(PART) else ORPHAN_AGE


async def _put_aside(source: StoredFile, *, videos: Videos, library: Library, files: FileStore) -> bool:
    """Keep it where no row looks, as old as its stay there. False: a row knows it by now."""
    async with library.keeping:
        if source.key in await videos.file_keys():
            return False
        await files.copy(source.key, LOST + source.key)
        await files.delete(source.key)
    log.info("video put aside", key=source.key, size_bytes=source.size_bytes)
    return True
