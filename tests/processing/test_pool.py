"""The pool of this machine, with real ffmpeg."""

import asyncio
import shutil
from pathlib import Path

import pytest

from processing.ffmpeg import Progress, Tools
from processing.opener import Opener
from processing.pool import LocalPool, default_size
from storage.files import LocalFiles, NothingStored
from tests import samples

JOB = samples.job(0.0, 0.5, quality="medium")
SOURCE, OUTPUT = "sources/v/original", "exports/ana/e.mp4"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def pool(tools: Tools, files: LocalFiles, scratch: Path) -> LocalPool:
    return LocalPool(size=1, threads=1, tools=tools, files=files, opener=Opener(files), scratch=scratch)


@pytest.fixture
async def source(files: LocalFiles, landscape: Path, tmp_path: Path) -> None:
    await files.put(SOURCE, Path(shutil.copy(landscape, tmp_path / "upload")))


@pytest.mark.usefixtures("source")
async def test_a_short_is_kept_under_its_key_and_nothing_else_is_left(
    pool: LocalPool, files: LocalFiles, scratch: Path
) -> None:
    seen: list[Progress] = []
    rendition = await pool.render(JOB, source_key=SOURCE, output_key=OUTPUT, on_progress=seen.append)
    assert (rendition.facts.width, rendition.facts.height) == (1080, 1920)
    async with files.fetch(OUTPUT) as path:
        assert path.stat().st_size == rendition.facts.size_bytes
    assert list(scratch.iterdir()) == []
    assert seen[-1].percent == 100
    async with files.fetch(SOURCE):
        pass


@pytest.mark.usefixtures("source")
async def test_a_cancelled_render_leaves_nothing(pool: LocalPool, files: LocalFiles, scratch: Path) -> None:
    began = asyncio.Event()
    render = pool.render(JOB, source_key=SOURCE, output_key=OUTPUT, on_progress=lambda _: began.set())
    task = asyncio.create_task(render)
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(scratch.iterdir()) == []
    assert [entry.key for entry in await files.entries()] == [SOURCE]


async def test_a_source_that_is_gone_is_said_to_be(pool: LocalPool, scratch: Path) -> None:
    with pytest.raises(NothingStored):
        await pool.render(JOB, source_key=SOURCE, output_key=OUTPUT, on_progress=lambda _: None)
    assert list(scratch.iterdir()) == []


async def test_a_slot_is_waited_for(pool: LocalPool) -> None:
    await pool.acquire()
    second = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    assert not second.done()
    pool.release()
    await second


def test_the_pool_has_room_for_at_least_one() -> None:
    assert default_size() >= 1
