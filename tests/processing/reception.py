"""An ingestor on a real database, whose addresses all lead to one file, which can be slow to come."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from processing.arrival import Arrivals, IntakeLimits
from processing.ffmpeg import Tools
from processing.ingest import Library
from processing.ingestor import Ingestor
from processing.opener import Opener
from processing.scenes import SceneBounds
from storage.database import Database
from storage.files import LocalFiles
from storage.intake_models import Intake, IntakeStatus
from storage.intakes import Intakes
from storage.scenes import Scenes
from storage.videos import Videos
from tests.fakes import Clock
from tests.processing.reels import reel

URL = "https://films.example/holiday.mp4?key=secret"


@dataclass
class Shelf:
    """Hands out one file for every address. Shut `gate` to let it stop half-way; set `error` to fail.

    Servers whose name begins with `slow` stop half-way until `slow_gate` is open.
    """

    file: Path
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    slow_gate: asyncio.Event = field(default_factory=asyncio.Event)
    half: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)
    #: by the last part of their address: how many are under way, and how many were at most
    under_way: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)
    most: int = 0

    async def __call__(self, url: str, path: Path, *, on_progress: Callable[[float], None]) -> None:
        whose = url.rpartition("/")[2]
        self.asked.append(whose)
        self.under_way[whose] += 1
        self.peak |= self.under_way
        self.most = max(self.most, self.under_way.total())
        self.changed.set()
        try:
            await self._sent(url, path, on_progress)
        finally:
            self.under_way[whose] -= 1

    async def _sent(self, url: str, path: Path, on_progress: Callable[[float], None]) -> None:
        path.write_bytes(b"half of it")
        on_progress(0.5)
        self.half.set()
        await (self.slow_gate if (urlsplit(url).hostname or "").startswith("slow") else self.gate).wait()
        if self.error:
            raise self.error
        shutil.copy(self.file, path)

    async def has(self, how_many: int) -> None:
        """Until that many are under way."""
        while self.under_way.total() < how_many:
            self.changed.clear()
            await self.changed.wait()


class Reception:
    """Everything that an ingestor needs. It can be stopped and opened anew."""

    def __init__(
        self, database: Database, files: LocalFiles, tools: Tools, clip: Path, scratch: Path
    ) -> None:
        self.clock = Clock()
        self.videos, self.scenes, self.intakes = Videos(database), Scenes(database), Intakes(database)
        self.files, self.tools, self.scratch = files, tools, scratch
        self.open_library()
        self.opener = Opener(files)
        self.shelf = Shelf(clip)
        self.rung: list[str] = []
        self.stepped = asyncio.Event()
        self.shelf.gate.set()

    def open_library(self, **bounds: int) -> None:
        """Open it above the files and the tools that are there now."""
        self.library = Library(
            videos=self.videos,
            scenes=self.scenes,
            files=self.files,
            tools=self.tools,
            now=self.clock,
            **bounds,
        )

    def ingestor(self, **limits: object) -> Ingestor:
        bounds = SceneBounds(shortest_s=1, target_s=1.2, longest_s=2)
        known = IntakeLimits(**{"scenes": bounds, **limits})  # type: ignore[arg-type]
        arrivals = Arrivals(
            library=self.library,
            videos=self.videos,
            intakes=self.intakes,
            opener=self.opener,
            fetch=self.shelf,
            tools=self.tools,
            scratch=self.scratch,
            limits=known,
            now=self.clock,
        )
        return Ingestor(
            library=self.library,
            videos=self.videos,
            intakes=self.intakes,
            arrivals=arrivals,
            limits=known,
            now=self.clock,
            on_step=self.stepped.set,
            on_news=lambda: self.rung.append("there is news"),
        )

    async def finished(self, ingestor: Ingestor, video_id: str) -> Intake:
        """What has become of that video when everything is worked off."""
        await ingestor.work_off()
        intake = await self.intakes.get(video_id)
        assert intake is not None
        return intake

    async def is_ready(self, video_id: str) -> None:
        """Until that video is ready."""
        while True:
            self.stepped.clear()
            intake = await self.intakes.get(video_id)
            assert intake is not None
            assert intake.status is not IntakeStatus.FAILED, intake.error
            if intake.status is IntakeStatus.READY:
                return
            await self.stepped.wait()

    async def is_tidy(self) -> bool:
        """Whether nothing of any video is left."""
        return await self.files.entries() == [] and list(self.scratch.iterdir()) == []


@asynccontextmanager
async def taking_in(ingestor: Ingestor) -> AsyncIterator[None]:
    """The ingestor runs beside the block, and is stopped after it."""
    task = asyncio.create_task(ingestor.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="session")
def three_shots(tools: Tools, clip_folder: Path) -> Path:
    return reel(tools, clip_folder / "three.mp4", ("clock", 1.2), ("wall", 1.2), ("fractal", 1.2))


@pytest.fixture
def reception(
    database: Database, files: LocalFiles, tools: Tools, three_shots: Path, tmp_path: Path
) -> Reception:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Reception(database, files, tools, three_shots, scratch)
