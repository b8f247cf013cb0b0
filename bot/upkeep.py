"""The timetable of the upkeep: which duty is done how often."""

from collections.abc import Callable
from datetime import UTC, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.services import Services
from processing import maintenance

EXPIRY_EVERY_S = 60


def upkeep(services: Services, on_news: Callable[[], None]) -> AsyncIOScheduler:
    """The duties and how often each is done. All of them are sweeps, so a missed one is only late."""
    videos, exports, files, now = services.videos, services.exports, services.files, services.now
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.add_job(
        partial(maintenance.expire, exports=exports, files=files, now=now, on_news=on_news),
        "interval",
        seconds=EXPIRY_EVERY_S,
        next_run_time=now(),
    )
    scheduler.add_job(
        partial(maintenance.sweep_orphans, videos=videos, exports=exports, files=files, now=now),
        "interval",
        hours=1,
        next_run_time=now(),
    )
    scheduler.add_job(services.exporter.resume, "interval", minutes=1)
    if keep_days := services.settings.ingest.keep_days:
        scheduler.add_job(
            partial(
                maintenance.retire,
                videos=videos,
                library=services.library,
                keep=timedelta(days=keep_days),
                now=now,
            ),
            "interval",
            hours=1,
            next_run_time=now(),
        )
    if services.settings.service.backups:
        scheduler.add_job(
            partial(
                maintenance.back_up,
                database=services.database,
                folder=services.settings.service.data_dir / "backups",
                keep=services.settings.service.backups,
                now=now,
            ),
            "interval",
            hours=1,
            next_run_time=now(),
        )
    return scheduler
