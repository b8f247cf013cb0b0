"""What is called off stops soon and leaves nothing behind; what must be whole is whole."""

import asyncio
import os
import shutil
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from processing.analysis import SAMPLE_BYTES, Analysis, Samples
from processing.calling_off import CalledOff, aside, still_wanted
from processing.errors import TooManyAtOnce
from processing.fingerprint import fingerprint
from processing.ingest import Library
from processing.scenes import Candidate, SceneBounds, merge
from processing.shots import find_boundaries
from processing.tools import Tools
from storage.database import Database
from storage.files import LocalFiles
from storage.intake_models import IntakeStatus
from storage.scenes import Scenes
from storage.to_the_end import to_the_end
from storage.videos import Videos
from tests.fakes import Clock
from tests.processing.reception import URL, Reception, taking_in

#: Half a minute of work, if nobody calls it off.
MANY = 300_000


class Film(Samples):
    """As many samples as are wanted, always the same ten."""

    def __len__(self) -> int:
        return MANY

    def __getitem__(self, index: int) -> bytes:
        return super().__getitem__(index % 10)


def long_search(folder: Path) -> object:
    seen = Analysis(
        duration_s=MANY / 10,
        frame_times=[],
        frame_changes=[],
        samples=Film(pixels=bytes(range(10)) * SAMPLE_BYTES),
        loudness=[],
        speech=None,
        still_sizes=[],
        still_times=[],
        lit=None,
    )
    return find_boundaries(seen)


def long_merging(folder: Path) -> object:
    places = [Candidate(end_s=at / 5, start_s=at / 5, price=0.5) for at in range(20_000)]
    return merge(places, duration_s=4000, bounds=SceneBounds())


def long_reading(folder: Path) -> object:
    path = folder / "film"
    with path.open("wb") as file:
        file.truncate(8 << 30)  # it takes no room
    return fingerprint(path)


@pytest.mark.parametrize("work", [long_search, long_merging, long_reading])
async def test_long_work_in_a_thread_stops_when_it_is_called_off(
    work: Callable[[Path], object], tmp_path: Path
) -> None:
    begun, ended, was_stopped = asyncio.Event(), threading.Event(), []
    loop = asyncio.get_running_loop()

    def watched() -> None:
        loop.call_soon_threadsafe(begun.set)
        try:
            work(tmp_path)
        except CalledOff:
            was_stopped.append(True)
        finally:
            ended.set()

    task = asyncio.create_task(aside(watched))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(ended.wait)
    assert was_stopped


async def test_work_that_is_wanted_is_done_and_its_faults_are_told() -> None:
    still_wanted()
    assert await aside(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await aside(divmod, 7, 0)


async def test_a_step_that_must_be_whole_is_ended_before_it_is_given_up() -> None:
    gate, done = asyncio.Event(), []

    async def step() -> None:
        await gate.wait()
        done.append("whole")

    task = asyncio.create_task(to_the_end(step()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["whole"]


class SlowFiles(LocalFiles):
    """Takes its time after a file is in its place."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.stored, self.gate = asyncio.Event(), asyncio.Event()

    async def put(self, key: str, path: Path) -> None:
        await super().put(key, path)
        self.stored.set()
        await self.gate.wait()


async def test_no_file_is_kept_without_its_row_whenever_its_adding_is_called_off(
    videos: Videos, scenes: Scenes, tools: Tools, clock: Clock, landscape: Path, tmp_path: Path
) -> None:
    files = SlowFiles(tmp_path / "files")
    library = Library(videos=videos, scenes=scenes, files=files, tools=tools, now=clock)
    upload = Path(shutil.copy(landscape, tmp_path / "upload"))
    task = asyncio.create_task(library.add_video(upload, owner_id="ana", name="clip.mp4"))
    await files.stored.wait()
    task.cancel()
    await asyncio.sleep(0)
    files.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {entry.key for entry in await files.entries()} == await videos.file_keys()


def held(program: Path, folder: Path) -> tuple[Path, Callable[[], Awaitable[None]]]:
    """A program that never goes on, and something to wait until it has been started."""
    script, pipe = folder / f"held-{program.name}", folder / "started"
    os.mkfifo(pipe)
    script.write_text(f'#!/bin/sh\necho started > "{pipe}"\nwhile :; do sleep 0.05; done\n')
    script.chmod(0o755)

    async def started() -> None:
        assert await asyncio.to_thread(pipe.read_text) == "started\n"

    return script, started


async def called_off(reception: Reception, reached: Callable[[], Awaitable[None]]) -> None:
    """Remove a video that is being taken in, once it has got so far."""
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    async with taking_in(ingestor):
        await reached()
        assert await ingestor.remove(asked.video_id)
        assert await reception.is_tidy()
        assert await reception.intakes.get(asked.video_id) is None
        assert await reception.videos.get(asked.video_id) is None
        assert ingestor.progress == {}
        assert not await ingestor.remove(asked.video_id)
    # nor does a restart bring it back
    await reception.ingestor().work_off()
    assert await reception.is_tidy()
    assert reception.shelf.asked == ["holiday.mp4?key=secret"]
    assert reception.rung == []


async def test_what_is_being_fetched_can_be_called_off(reception: Reception) -> None:
    reception.shelf.gate.clear()

    async def reached() -> None:
        await reception.shelf.half.wait()

    await called_off(reception, reached)


@pytest.mark.parametrize("program", ["ffprobe", "ffmpeg"])
async def test_what_is_being_looked_at_can_be_called_off(
    reception: Reception, tools: Tools, tmp_path: Path, program: str
) -> None:
    script, started = held(getattr(tools, program), tmp_path)
    reception.tools = Tools(**{"ffmpeg": tools.ffmpeg, "ffprobe": tools.ffprobe, program: script})
    reception.open_library()
    await called_off(reception, started)


async def test_what_waits_can_be_called_off_and_makes_room_for_another(reception: Reception) -> None:
    ingestor = reception.ingestor(unfinished=1)
    asked = await ingestor.request(URL, owner_id="ana")
    with pytest.raises(TooManyAtOnce):
        await ingestor.request(URL, owner_id="ana")
    assert await ingestor.remove(asked.video_id)
    other = await ingestor.request(URL, owner_id="ana")
    assert (await reception.finished(ingestor, other.video_id)).status is IntakeStatus.READY


async def test_a_video_that_arrives_while_it_is_called_off_is_gone_all_the_same(
    reception: Reception, database: Database
) -> None:
    reception.files = slow = SlowFiles(reception.scratch.parent / "files")
    reception.open_library()
    ingestor = reception.ingestor()
    asked = await ingestor.request(URL, owner_id="ana")
    async with taking_in(ingestor):
        await slow.stored.wait()
        removal = asyncio.create_task(ingestor.remove(asked.video_id))
        # the row of its intake goes first: then it cannot come back
        while await reception.intakes.get(asked.video_id):
            await asyncio.to_thread(lambda: None)
        slow.gate.set()
        assert await removal
    assert await reception.videos.get(asked.video_id) is None
    assert await reception.is_tidy()
