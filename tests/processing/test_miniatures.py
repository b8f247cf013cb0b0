"""Smaller copies of finished shorts: made when there is time, once, and gone with the short."""

from datetime import timedelta

import pytest

from processing import maintenance
from processing.errors import Refusal, SourceRefused
from processing.ingest import Library
from processing.miniatures import TRIES, smaller
from processing.orphans import sweep_orphans
from storage.miniatures import Miniature
from storage.models import Export, ExportStatus
from tests import samples
from tests.processing.studio import Studio, at_work

LIMIT = 10_000_000


async def finished(studio: Studio) -> Export:
    return await studio.reaches(await studio.ask(), ExportStatus.COMPLETED)


async def made(studio: Studio, export: Export) -> Miniature:
    while (miniature := await studio.miniatures.of_export(export.id)) is None:
        await studio.board.changed()
    return miniature


async def rendering(studio: Studio, how_many: int) -> None:
    """Until that many renders are under way; nobody is told of those of miniatures."""
    while studio.pool.rendering != how_many:
        await studio.exports.unfinished()


async def settled(studio: Studio, export: Export) -> str:
    """What has become of it, once something has."""
    while True:
        row = await studio.database.fetch_one(
            "SELECT status FROM miniatures WHERE export_id = ?", (export.id,)
        )
        assert row is not None
        if row["status"] != "wanted":
            return str(row["status"])


async def keys(studio: Studio) -> set[str]:
    return {entry.key for entry in await studio.files.entries()}


async def test_it_is_made_from_the_source_cheaply_and_within_its_limit(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        miniature = await made(studio, export)
    short, small = studio.pool.jobs
    assert small.recipe == smaller(short.recipe, limit_bytes=LIMIT)
    assert (small.recipe.quality, small.recipe.target_mb) == ("draft", 10.0)
    assert small.recipe.strategy == short.recipe.strategy
    assert (small.start_s, small.end_s) == (short.start_s, short.end_s)
    assert await keys(studio) == {export.file_key, miniature.file_key}
    quota = await studio.exports.quota(export.user_id, studio.clock(), limit=10)
    assert quota.used == 1, "it does not count"


async def test_however_often_it_is_asked_for_it_is_made_once(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        for _ in range(3):
            await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await made(studio, export)
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await finished(studio)
    assert [job.recipe.quality for job in studio.pool.jobs].count("draft") == 1


async def test_an_export_that_needs_the_slot_breaks_it_off_and_it_is_made_later(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        studio.pool.gate.clear()
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await rendering(studio, 1)
        first = await studio.ask()  # has the other slot
        await rendering(studio, 2)
        second = await studio.ask()  # has none but that of the miniature
        while (await studio.now(second)).status is not ExportStatus.PROCESSING:
            await studio.exports.unfinished()
        assert (await studio.now(first)).status is ExportStatus.PROCESSING
        studio.pool.gate.set()
        await made(studio, export)
    qualities = [job.recipe.quality for job in studio.pool.jobs]
    assert qualities == ["high", "draft", "high", "high", "draft"]


async def test_however_often_it_is_broken_off_at_once_that_is_no_try(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        studio.pool.gate.clear()
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await rendering(studio, 1)
        await studio.ask()  # has the other slot
        await rendering(studio, 2)
        waits = samples.export(video_id=export.video_id)
        await studio.exports.create(waits, [], at_most=99, failed_at_most=99)
        async with studio.database.transaction():  # nobody else can write: how it is broken off takes time
            await studio.exporter.resume()  # wakes who looks for what may start
            await rendering(studio, 1)
            await studio.exporter.resume()
            for _ in range(10):
                await studio.exports.anybody_waits()
        await rendering(studio, 2)
        row = await studio.database.fetch_one("SELECT tries FROM miniatures")
        assert row is not None
        assert row["tries"] == 0


async def test_a_free_slot_is_used_before_it_is_broken_off(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        studio.pool.gate.clear()
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await rendering(studio, 1)
        await studio.ask()
        await rendering(studio, 2)
        studio.pool.gate.set()
        await made(studio, export)
    assert [job.recipe.quality for job in studio.pool.jobs].count("draft") == 1


async def test_after_a_restart_it_is_made(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        studio.pool.gate.clear()
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await rendering(studio, 1)
    assert await studio.miniatures.of_export(export.id) is None
    studio.pool.gate.set()
    for _ in range(TRIES):  # to be stopped is no try
        async with at_work(studio.again()):
            await made(studio, export)


async def test_what_takes_the_service_down_each_time_is_not_begun_again(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
    await studio.miniatures.want(export.id, limit_bytes=LIMIT, now=studio.clock())
    for _ in range(TRIES):
        assert await studio.miniatures.take(tries=TRIES) is not None  # and the service dies
    assert await studio.miniatures.take(tries=TRIES) is None


async def test_one_that_cannot_be_made_is_given_up_and_the_next_is_made(studio: Studio) -> None:
    async with at_work(studio.exporter):
        poor, good = await finished(studio), await finished(studio)
        studio.pool.error = SourceRefused(Refusal.DAMAGED)
        studio.pool.gate.clear()
        await studio.exporter.want_miniature(poor, limit_bytes=1)
        await rendering(studio, 1)
        studio.pool.gate.set()
        assert await settled(studio, poor) == "given_up"
        studio.pool.error = None
        await studio.exporter.want_miniature(good, limit_bytes=LIMIT)
        await made(studio, good)
    assert await studio.miniatures.of_export(poor.id) is None
    assert (await studio.now(poor)).status is ExportStatus.COMPLETED


async def test_where_the_source_is_gone_there_is_none(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        await studio.videos.remove(export.video_id)
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        assert await settled(studio, export) == "given_up"
    assert [job.recipe.quality for job in studio.pool.jobs] == ["high"]


@pytest.mark.parametrize("how", ["withdrawn", "expired"])
async def test_it_is_deleted_with_the_short(studio: Studio, how: str) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await made(studio, export)
    if how == "withdrawn":
        await studio.exporter.withdraw(export.id)
    else:
        studio.clock.advance(hours=25)
        await maintenance.expire(
            exports=studio.exports, files=studio.files, now=studio.clock, on_news=lambda: None
        )
    assert await keys(studio) == set()
    assert await studio.miniatures.unshown() == []


async def test_one_that_is_finished_after_the_end_of_the_link_is_deleted(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        studio.pool.gate.clear()
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        await rendering(studio, 1)
        await studio.exporter.withdraw(export.id)
        studio.pool.gate.set()
        while studio.pool.rendering or any(export.id in key for key in await keys(studio)):
            await studio.now(export)
    assert await studio.miniatures.of_export(export.id) is None
    assert {key for key in await keys(studio) if export.id in key} == set()


async def test_the_sweep_knows_it(studio: Studio, library: Library) -> None:
    async with at_work(studio.exporter):
        export = await finished(studio)
        await studio.exporter.want_miniature(export, limit_bytes=LIMIT)
        miniature = await made(studio, export)
    assert miniature.file_key in await studio.exports.file_keys()
    swept = await sweep_orphans(
        videos=studio.videos,
        exports=studio.exports,
        library=library,
        files=studio.files,
        now=lambda: studio.clock() + timedelta(days=9999),
    )
    assert swept == 0
