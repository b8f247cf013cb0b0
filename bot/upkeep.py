"""The timetable of the upkeep: which duty is done how often."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.services import Services
from processing import maintenance
from processing.orphans import sweep_orphans
from storage.database import BACKUPS
from storage.records import Records

EXPIRY_EVERY_S = 60
#: How often it is looked whether the clock was set back.
LOOK_EVERY_S = 60

Duty = Callable[[], Awaitable[object]]


def upkeep(services: Services, on_news: Callable[[], None]) -> AsyncIOScheduler:
    """The duties and how often each is done. All of them are sweeps, so a missed one is only late."""
    videos, exports, files, now = services.videos, services.exports, services.files, services.now
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )

    def often(duty: Duty, **interval: Any) -> None:
        scheduler.add_job(_unless_called_off, "interval", args=(duty,), **interval)

    expire = partial(maintenance.expire, exports=exports, files=files, now=now, on_news=on_news)
    often(expire, seconds=EXPIRY_EVERY_S, next_run_time=now())
    sweep = partial(
        sweep_orphans, videos=videos, exports=exports, library=services.library, files=files, now=now
    )
    often(sweep, hours=1, next_run_time=now())
    often(
        partial(maintenance.sweep_remote, remotes=services.remotes, reader=services.reader),
        hours=1,
        next_run_time=now(),
    )
    often(services.exporter.resume, minutes=1)
    if keep_days := services.settings.ingest.keep_days:
        retire = partial(
            maintenance.retire,
            videos=videos,
            library=services.library,
            keep=timedelta(days=keep_days),
            now=now,
        )
        often(retire, hours=1, next_run_time=now())
    if record_days := services.settings.service.record_days:
        records, keep = Records(services.database), timedelta(days=record_days)
        forget = partial(maintenance.forget, records=records, keep=keep, now=now)
        often(forget, hours=1, next_run_time=now())
    if services.settings.service.backups:
        back_up = partial(
            maintenance.back_up,
            database=services.database,
            folder=services.settings.service.data_dir / BACKUPS,
            keep=services.settings.service.backups,
            now=now,
        )
        often(back_up, hours=1, next_run_time=now())
    return scheduler


async def keep_timetable(scheduler: AsyncIOScheduler, now: Callable[[], datetime]) -> None:
    """Plan anew, until cancelled, what the scheduler would do too late.

    It plans by the wall clock. Where that is set back by a day, nothing would be done for a day.
    """
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        plan_anew(scheduler, now())


def plan_anew(scheduler: AsyncIOScheduler, now: datetime) -> None:
    """What is planned for later than its interval was planned before the clock was set back: do it now."""
    for job in scheduler.get_jobs():
        if job.next_run_time - now > job.trigger.interval:
            job.modify(next_run_time=now)


async def _unless_called_off(duty: Duty) -> None:
    """To be called off at shutdown is no fault, and the scheduler would log it as one."""
    with suppress(asyncio.CancelledError):
        await duty()
