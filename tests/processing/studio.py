"""An exporter with everything around it, whose pool is quick and obedient."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from processing.assembly import exporter_above
from processing.exporter import Exporter
from processing.progress import ProgressBoard
from processing.requests import ExportLimits, ExportRequest
from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.files import LocalFiles
from storage.miniatures import Miniatures
from storage.models import Event, Export, ExportStatus, Scene
from storage.scenes import Scenes
from storage.videos import Videos
from tests import samples
from tests.fakes import Clock, FakePool

LIMITS = ExportLimits(error_characters=100, scene_s=240)


@dataclass(kw_only=True)
class Studio:
    """An exporter and everything around it. `again` is the same house after a restart."""

    exporter: Exporter
    exports: Exports
    deliveries: Deliveries
    database: Database
    videos: Videos
    files: LocalFiles
    pool: FakePool
    board: ProgressBoard
    miniatures: Miniatures
    clock: Clock
    scene: Scene
    again: Callable[[], Exporter]
    news: list[str]
    asked: int = 0

    async def ask(self, **changes: object) -> Export:
        """Ask for another part of the scene each time, for the same work is not done twice."""
        self.asked += 1
        plain = ExportRequest(
            scene_id=self.scene.id,
            end_s=self.scene.end_s - self.asked / 100,
            recipe=samples.RECIPE,
            user_id=self.scene.owner_id,
            destinations=[samples.HERE],
        )
        return (await self.exporter.request(samples.varied(plain, **changes))).export

    async def now(self, export: Export) -> Export:
        found = await self.exports.get(export.id)
        assert found is not None
        return found

    async def reaches(self, export: Export, status: ExportStatus) -> Export:
        while (current := await self.now(export)).status is not status:
            assert current.status in (ExportStatus.PENDING, ExportStatus.PROCESSING)
        return current

    async def renders(self, how_many: int) -> None:
        """Until that many renders are under way at the pool."""
        while self.pool.rendering != how_many:
            await self.board.changed()

    async def hears(self, how_often: int) -> None:
        """Until news has been announced that often."""
        while len(self.news) < how_often:
            await self.board.changed()

    async def events(self, export: Export) -> list[Event]:
        return [delivery.event for delivery in await self.deliveries.of_export(export.id)]


@pytest.fixture
async def studio(
    database: Database,
    videos: Videos,
    scenes: Scenes,
    exports: Exports,
    deliveries: Deliveries,
    files: LocalFiles,
    clock: Clock,
) -> Studio:
    video = samples.video()
    await videos.add(video)
    scene = samples.scene(video)
    await scenes.add(scene)
    pool, board, news = FakePool(files), ProgressBoard(), list[str]()

    def build() -> Exporter:
        return exporter_above(
            database,
            files=files,
            pool=pool,
            board=board,
            limits=LIMITS,
            engine="1",
            now=clock,
            on_news=lambda: news.append("news"),
            on_order=lambda: None,
        )

    return Studio(
        exporter=build(),
        exports=exports,
        deliveries=deliveries,
        database=database,
        videos=videos,
        files=files,
        pool=pool,
        board=board,
        miniatures=Miniatures(database),
        clock=clock,
        scene=scene,
        again=build,
        news=news,
    )


@asynccontextmanager
async def at_work(one: Exporter) -> AsyncIterator[None]:
    """The exporter runs beside the block, and is stopped and drained after it."""
    task = asyncio.create_task(one.run())
    try:
        yield
    finally:
        await stopped(task)
        await one.drain(0)


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
