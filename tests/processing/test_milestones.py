"""Progress becomes news at three milestones, each told once at most."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.background import background
from processing.ffmpeg import Progress
from processing.milestones import Milestones, milestone
from processing.progress import ProgressBoard
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.models import Destination, Export
from tests import samples
from tests.fakes import Clock
from tests.samples import NOON

CURIOUS = Destination(kind="here", address={"events": "export.progress"})


@pytest.mark.parametrize(
    ("percent", "passed"), [(0, 0), (24.9, 0), (25, 25), (49.99, 25), (60, 50), (75, 75), (100, 75)]
)
def test_there_are_three_milestones(percent: float, passed: int) -> None:
    assert milestone(percent) == passed


@pytest.fixture
async def rendering(exports: Exports) -> Export:
    await exports.create(samples.export(), [CURIOUS], at_most=1, failed_at_most=1)
    export = await exports.start_next(NOON)
    assert export
    return export


@pytest.fixture
def board() -> ProgressBoard:
    return ProgressBoard()


@pytest.fixture
async def told(
    deliveries: Deliveries, board: ProgressBoard, clock: Clock
) -> AsyncIterator[asyncio.Queue[bool]]:
    """Filled by each piece of news."""
    told: asyncio.Queue[bool] = asyncio.Queue()
    watcher = Milestones(deliveries=deliveries, board=board, now=clock, on_news=lambda: told.put_nowait(True))
    async with background("milestones", watcher.run):
        yield told


async def test_each_milestone_is_told_once(
    board: ProgressBoard, deliveries: Deliveries, rendering: Export, told: asyncio.Queue[bool]
) -> None:
    for percent, passed in [(26, 25), (51, 50), (76, 75)]:
        for step in range(3):
            board.report(rendering.id, Progress(stage="encoding", percent=percent + step, eta_s=None))
        await told.get()
        (progress,) = await deliveries.of_export(rendering.id)
        assert progress.percent == passed
    assert told.empty()
