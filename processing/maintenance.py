"""The upkeep, one duty a function. Each is a sweep that may be run at any time, any number of times."""

import asyncio
import errno
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from processing.ingest import Library
from processing.opener import RemoteReader
from processing.places import delete_files
from storage.database import Database
from storage.exports import Exports
from storage.files import PART, FileStore
from storage.models import Export
from storage.records import Records
from storage.remotes import Remotes
from storage.videos import Videos

log = structlog.get_logger()

BATCH = 100


async def expire(
    *, exports: Exports, files: FileStore, now: Callable[[], datetime], on_news: Callable[[], None]
) -> int:
    """End the links whose time is over, delete their files, and tell everyone once. Returns how many."""
    due = [export for export in await exports.due(now(), at_most=BATCH) if export.file_key]
    expired = 0
    for export in due:
        if await _ended(export, due, exports=exports, files=files, now=now):
            expired += 1
            on_news()
            log.info("export expired", export_id=export.id)
            # last: a file that cannot be deleted is an orphan now, and the next link is not kept alive by it
            await delete_files(export, files)
    return expired


async def _ended(
    export: Export, due: Sequence[Export], *, exports: Exports, files: FileStore, now: Callable[[], datetime]
) -> bool:
    try:
        return await exports.expire(export.id, now=now(), only_if_due=True)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    # all these links are dead by the clock, though no row finds room to say so: their files make it
    for dead in due:
        try:
            await delete_files(dead, files)
        except OSError as error:
            log.warning("file of a dead link not deleted", export_id=dead.id, error=str(error))
    return await exports.expire(export.id, now=now(), only_if_due=True)


async def sweep_remote(*, remotes: Remotes, reader: RemoteReader) -> int:
    """Forget what was read of files at other servers that no video needs any more. Returns how much."""
    return await reader.keep_only(await remotes.all())


async def retire(*, videos: Videos, library: Library, keep: timedelta, now: Callable[[], datetime]) -> int:
    """Remove the videos that have been kept for as long as they may, unless one is just needed."""
    old = await videos.idle_since(now() - keep)
    return sum([await library.remove_video(video, only_if_idle=True) for video in old])


async def forget(*, records: Records, keep: timedelta, now: Callable[[], datetime]) -> int:
    """Forget exports that ended so long ago, a few at a time, so that no request waits for it."""
    forgotten = 0
    while number := await records.forget(ended_before=now() - keep, at_most=BATCH):
        forgotten += number
    if forgotten:
        log.info("exports forgotten", number=forgotten)
    return forgotten


async def clear_scratch(scratch: Path) -> None:
    """Remove what renders and uploads of an earlier run have left."""
    await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
    scratch.mkdir(parents=True, exist_ok=True)


async def back_up(*, database: Database, folder: Path, keep: int, now: Callable[[], datetime]) -> Path | None:
    """Write today's copy of the database, and remove the oldest beyond `keep`. None: there is no new one."""
    target = folder / f"cutdown-{now():%Y-%m-%d}.db"
    copied = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for broken_off in folder.glob(f"cutdown-*.db{PART}"):
            broken_off.unlink()
        if not target.exists():
            await database.back_up(target)
            copied = target
            log.info("database backed up", file=target.name)
    except OSError as error:
        log.error("database not backed up", file=target.name, error=str(error))
        return None
    # where the clock was once ahead, copies of days to come are no reason to remove today's
    for old in [copy for copy in sorted(folder.glob("cutdown-*.db")) if copy <= target][:-keep]:
        old.unlink()
    return copied
