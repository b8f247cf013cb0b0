"""The timetable of the upkeep goes on whatever the clock does."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.executors import base as executing
from apscheduler.schedulers import base as scheduling
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers import interval

from bot import upkeep
from bot.background import background


class Wall(datetime):
    """A clock on the wall, which somebody may set."""

    off = timedelta()

    @classmethod
    def now(cls, tz=None):  # type: ignore[no-untyped-def, override]
        return datetime.now(tz) + cls.off


def wall() -> datetime:
    return Wall.now(UTC)


@pytest.fixture(autouse=True)
def the_scheduler_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wall, "off", timedelta())
    for module in (scheduling, executing, interval):
        monkeypatch.setattr(module, "datetime", Wall)


async def test_duties_are_done_when_the_clock_was_set_back_by_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    done: asyncio.Queue[datetime] = asyncio.Queue()

    async def duty() -> None:
        done.put_nowait(wall())

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(duty, "interval", hours=1, next_run_time=wall())
    scheduler.start()
    try:
        before = await done.get()
        monkeypatch.setattr(Wall, "off", timedelta(days=-1))
        monkeypatch.setattr(upkeep, "LOOK_EVERY_S", 0)
        async with background("timetable", lambda: upkeep.keep_timetable(scheduler, wall)):
            async with asyncio.timeout(10):
                assert await done.get() < before
            (job,) = scheduler.get_jobs()
            assert timedelta(minutes=59) < job.next_run_time - wall() <= timedelta(hours=1)
        assert done.empty(), "it is done once, and then by its interval again"
    finally:
        scheduler.shutdown(wait=False)


async def test_what_is_planned_within_its_interval_stays_as_it_is() -> None:
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.start()
    try:
        for planned in (wall() + timedelta(hours=1), wall() + timedelta(seconds=5)):
            job = scheduler.add_job(asyncio.sleep, "interval", args=(0,), hours=1, next_run_time=planned)
            upkeep.plan_anew(scheduler, wall())
            assert job.next_run_time == planned
    finally:
        scheduler.shutdown(wait=False)
