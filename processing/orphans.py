"""Files that no row knows: what can be made anew is deleted, a video is put aside for a week first.

Where the database is older than the files, as a backup is, it is the database that is wrong.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

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
    unknown = partial(_unknown, videos=videos, exports=exports, now=now)
    swept = aside = 0
    for orphan in await unknown(await files.entries()):
        try:
            if _is_source(orphan):
                moved = await _put_aside(orphan, videos=videos, library=library, files=files)
                aside += moved
                swept += moved
            # what was seen may be long ago by now
            elif await unknown([orphan]) and await files.delete(orphan.key, seen=orphan.modified_at):
                swept += 1
                log.info("orphan deleted", key=orphan.key, size_bytes=orphan.size_bytes)
        except (OSError, ValueError) as error:  # a link that leads out of the store is no key
            log.warning("orphan not swept", key=orphan.key, error=str(error))
    if aside:
        until = now() + LOST_AGE
        log.warning(
            "videos that no row knows were put aside",
            number=aside,
            folder=f"files/{LOST}{SOURCES}",
            deleted_after=until.isoformat(timespec="seconds"),
        )
    return swept


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


async def _unknown(
    entries: Sequence[StoredFile], *, videos: Videos, exports: Exports, now: Callable[[], datetime]
) -> list[StoredFile]:
    """Those of them that no row knows, and so old that none will."""
    known = await videos.file_keys() | await exports.file_keys()
    albums = {album_of(video_id) for video_id in await videos.ids()}
    return [
        entry
        for entry in entries
        if entry.key not in known
        and not (entry.key.rpartition("/")[0] in albums and not entry.key.endswith(PART))
        and now() - entry.modified_at > (LOST_AGE if _is_lost(entry) else ORPHAN_AGE)
    ]


def _is_source(entry: StoredFile) -> bool:
    return entry.key.startswith(SOURCES) and not entry.key.endswith(PART)


def _is_lost(entry: StoredFile) -> bool:
    return entry.key.startswith(LOST) and not entry.key.endswith(PART)


async def _put_aside(source: StoredFile, *, videos: Videos, library: Library, files: FileStore) -> bool:
    """Keep it where no row looks, as old as its stay there. False: a row knows it by now."""
    async with library.keeping:
        if source.key in await videos.file_keys():
            return False
        await files.copy(source.key, LOST + source.key)
        await files.delete(source.key)
    log.info("video put aside", key=source.key, size_bytes=source.size_bytes)
    return True
