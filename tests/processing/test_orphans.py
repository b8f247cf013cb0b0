"""Files that no row knows: swept, put aside, brought back."""

import os
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from processing.fingerprint import fingerprint
from processing.ingest import Library
from processing.orphans import LOST_AGE, ORPHAN_AGE, bring_back, sweep_orphans
from storage.database import Database
from storage.exports import Exports
from storage.files import LocalFiles
from storage.models import Export
from storage.videos import Videos
from tests import samples

OLD = datetime.now(UTC) - 9999 * ORPHAN_AGE

Sweep = Callable[..., Awaitable[int]]


async def keep(files: LocalFiles, folder: Path, key: str, *, old: bool = True) -> None:
    incoming = folder / "incoming"
    incoming.write_bytes(b"x")
    await files.put(key, incoming)
    if old:
        os.utime(folder / "files" / key, (OLD.timestamp(), OLD.timestamp()))


async def keys(files: LocalFiles) -> list[str]:
    return sorted(entry.key for entry in await files.entries())


@pytest.fixture
def sweep(videos: Videos, exports: Exports, library: Library, files: LocalFiles) -> Sweep:
    """A sweep so much later; files are as old as this machine's clock says."""

    async def sweep(**later: float) -> int:
        return await sweep_orphans(
            videos=videos,
            exports=exports,
            library=library,
            files=files,
            now=lambda: datetime.now(UTC) + timedelta(**later),
        )

    return sweep


async def complete(exports: Exports, export: Export) -> str:
    """Its link lives; the key of its short."""
    key = f"exports/ana/{export.id}.mp4"
    await exports.complete(
        export,
        file_key=key,
        facts=samples.FACTS,
        engine="1",
        now=samples.NOON,
        expires_at=samples.NOON + timedelta(hours=24),
    )
    return key


async def started(exports: Exports) -> Export:
    await exports.create(samples.export(), [], at_most=1, failed_at_most=1)
    export = await exports.start_next(samples.NOON)
    assert export is not None
    return export


async def test_orphans_are_swept_and_the_young_and_the_known_are_kept(
    videos: Videos, exports: Exports, files: LocalFiles, sweep: Sweep, tmp_path: Path
) -> None:
    video = samples.video(file_key="sources/vid_1/original")
    await videos.add(video)
    known = [
        video.file_key,
        await complete(exports, await started(exports)),
        f"pictures/{video.id}/scene.jpg",
    ]
    orphans = [
        "exports/ana/exp_lost.mp4",
        "exports/ana/exp_half.mp4.ab12.part",
        "sources/vid_2/original",
        "sources/vid_2/original.ab12.part",
        "pictures/vid_2/scene.jpg",
    ]
    young = ["exports/ben/exp_new.mp4", "exports/ben/exp_new.mp4.ab12.part", "sources/new"]
    for key in known + orphans:
        await keep(files, tmp_path, key)
    for key in young:
        await keep(files, tmp_path, key, old=False)
    assert [await sweep(), await sweep()] == [5, 0]
    assert await keys(files) == sorted([*known, *young, "lost/sources/vid_2/original"])


async def test_a_video_that_no_row_knows_can_be_had_back_for_a_week(
    files: LocalFiles, sweep: Sweep, tmp_path: Path
) -> None:
    await keep(files, tmp_path, "sources/a")
    assert [await sweep(), await sweep(days=6, hours=23)] == [1, 0]
    assert await keys(files) == ["lost/sources/a"]
    assert await sweep(days=7, minutes=1) == 1
    assert await keys(files) == []


async def test_how_many_videos_were_put_aside_and_until_when_is_said_once(
    files: LocalFiles, sweep: Sweep, tmp_path: Path
) -> None:
    for key in ("sources/a", "sources/b"):
        await keep(files, tmp_path, key)
    with capture_logs() as lines:
        before = datetime.now(UTC).replace(microsecond=0)
        await sweep()
        await sweep()
    (warning,) = [line for line in lines if line["log_level"] == "warning"]
    assert (warning["number"], warning["folder"]) == (2, "files/lost/sources/")
    assert before <= datetime.fromisoformat(warning["deleted_after"]) - LOST_AGE <= datetime.now(UTC)


async def test_a_video_comes_back_when_a_row_knows_it_again(
    videos: Videos, files: LocalFiles, sweep: Sweep, tmp_path: Path
) -> None:
    for key in ("sources/a", "sources/b"):
        await keep(files, tmp_path, key)
    await sweep()
    await videos.add(samples.video(file_key="sources/a"))
    assert [await bring_back(videos=videos, files=files) for _ in range(2)] == [1, 0]
    assert await keys(files) == ["lost/sources/b", "sources/a"]


class Hindered(Videos):
    """Videos whose names are told only after something else has been done."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(database)
        self._meanwhile = meanwhile

    async def ids(self) -> set[str]:
        ids = await super().ids()
        await self._meanwhile()
        self._meanwhile = super().ids
        return ids


async def test_bytes_that_come_again_while_the_sweep_looks_are_kept(
    database: Database, exports: Exports, library: Library, files: LocalFiles, landscape: Path, tmp_path: Path
) -> None:
    key = f"sources/{fingerprint(landscape)}"
    await keep(files, tmp_path, key)

    async def upload() -> None:
        upload = Path(shutil.copy(landscape, tmp_path / "upload"))
        await library.add_video(upload, owner_id="ana", name="a.mp4")

    videos = Hindered(database, upload)
    now = partial(datetime.now, UTC)
    await sweep_orphans(videos=videos, exports=exports, library=library, files=files, now=now)
    assert await keys(files) == [key]


@pytest.mark.parametrize("what", ["file", "row"])
async def test_a_short_that_is_finished_while_the_sweep_looks_is_kept(
    database: Database, exports: Exports, library: Library, files: LocalFiles, tmp_path: Path, what: str
) -> None:
    export = await started(exports)
    key = f"exports/ana/{export.id}.mp4"
    await keep(files, tmp_path, key)  # of an attempt that died
    steps = {
        "file": partial(keep, files, tmp_path, key, old=False),
        "row": partial(complete, exports, export),
    }
    videos = Hindered(database, steps[what])
    now = partial(datetime.now, UTC)
    assert await sweep_orphans(videos=videos, exports=exports, library=library, files=files, now=now) == 0
    assert await keys(files) == [key]


async def test_what_cannot_be_swept_keeps_no_other_orphan(
    files: LocalFiles, sweep: Sweep, tmp_path: Path
) -> None:
    for key in ("exports/ben/b.mp4", "sources/c", "sources/d"):
        await keep(files, tmp_path, key)
    (tmp_path / "files" / "lost" / "sources" / "c").mkdir(parents=True)  # no file can take a folder's place
    outside = tmp_path / "outside"
    outside.touch()
    os.utime(outside, (0, 0))
    (tmp_path / "files" / "exports" / "a.mp4").symlink_to(outside)
    with capture_logs() as lines:
        assert await sweep() == 2
    assert await keys(files) == ["exports/a.mp4", "lost/sources/d", "sources/c"]
    told = [line["key"] for line in lines if line["event"] == "orphan not swept"]
    assert sorted(told) == ["exports/a.mp4", "sources/c"]
    assert outside.exists()
