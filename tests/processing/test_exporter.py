"""The life of an export, on a real database, with a pool that does as it is told."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from processing import fulfilment
from processing.errors import QuotaExceeded, Refusal, RenderFailed, SceneNotFound, SourceRefused
from processing.exporter import WORN_OUT
from processing.fulfilment import OUR_FAULT, SOURCE_GONE
from storage.admission import Idempotency
from storage.database import Database
from storage.exports import Exports
from storage.files import NothingStored
from storage.intake_models import Findings
from storage.intakes import Intakes
from storage.models import Event, Export, ExportStatus, Recipe
from storage.scenes import Scenes
from tests import samples
from tests.fakes import Clock, FakePool
from tests.processing.studio import LIMITS, Studio, at_work, stopped


@asynccontextmanager
async def no_writing(database: Database) -> AsyncIterator[None]:
    """SQLite refuses every change, as on a disk that is full."""
    async with database.transaction() as connection:
        pass
    await connection.execute("PRAGMA query_only = ON")
    yield
    await connection.execute("PRAGMA query_only = OFF")


async def all_slots_are_free(pool: FakePool) -> bool:
    """Takes both slots, and gives them back; a slot given back twice would be an error of the pool's."""
    for _ in range(2):
        await pool.acquire()
    for _ in range(2):
        pool.release()
    return True


async def test_an_accepted_export_becomes_a_file_and_news(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await studio.ask()
        assert export.status is ExportStatus.PENDING
        done = await studio.reaches(export, ExportStatus.COMPLETED)
        await studio.hears(2)  # that it was accepted, and how it ended
    assert done.file_key == f"exports/ana/{export.id}.mp4"
    assert done.expires_at == studio.clock() + timedelta(hours=24)
    async with studio.files.fetch(done.file_key) as path:
        assert path.read_bytes() == studio.pool.content
    assert await studio.events(export) == [Event.COMPLETED]
    (job,) = studio.pool.jobs
    assert (job.start_s, job.end_s, job.recipe) == (10.0, 19.99, samples.RECIPE)


async def test_what_is_accepted_is_not_too_long_to_be_rendered(studio: Studio, scenes: Scenes) -> None:
    long = samples.scene(samples.video(id=studio.scene.video_id), start_s=10.0, end_s=210.0)
    await scenes.add(long)
    async with at_work(studio.exporter):
        await studio.reaches(await studio.ask(scene_id=long.id, end_s=None), ExportStatus.COMPLETED)


async def test_progress_is_on_the_board_while_it_renders_and_not_after(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        export = await studio.ask()
        await studio.renders(1)
        assert studio.board.latest[export.id].percent == 50
        studio.pool.gate.set()
        await studio.reaches(export, ExportStatus.COMPLETED)
    assert not studio.board.latest


async def test_a_strangers_scene_is_as_good_as_none(studio: Studio) -> None:
    for changes in ({"user_id": "ben"}, {"scene_id": "scn_unknown"}):
        with pytest.raises(SceneNotFound):
            await studio.ask(**changes)
    assert await studio.exports.of_user("ben", at_most=9) == []


async def test_the_eleventh_request_of_the_day_is_refused(studio: Studio) -> None:
    for _ in range(10):
        await studio.ask()
    with pytest.raises(QuotaExceeded) as refused:
        await studio.ask()
    assert refused.value.limit == 10
    assert studio.exporter.refusals.by_code == {"quota_exceeded": 1}
    assert refused.value.resets_at == studio.clock().replace(hour=0) + timedelta(days=1)
    studio.clock.advance(hours=12)
    await studio.ask()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(RenderFailed("It could not be made.", "exit 1"), "It could not be made.", id="render"),
        pytest.param(SourceRefused(Refusal.DAMAGED, "bad"), Refusal.DAMAGED.value, id="source"),
        pytest.param(NothingStored("sources/secret/path"), SOURCE_GONE, id="source-gone"),
        pytest.param(FileNotFoundError(2, "gone", "/usr/bin/ffmpeg"), OUR_FAULT, id="ffmpeg-gone"),
        pytest.param(ZeroDivisionError("/a/path"), OUR_FAULT, id="a-bug"),
        pytest.param(RenderFailed("x" * 1000), "x" * 100, id="a-long-story"),
    ],
)
async def test_a_render_that_fails_is_told_in_one_kind_sentence(
    studio: Studio, error: Exception, told: str
) -> None:
    studio.pool.error = error
    async with at_work(studio.exporter):
        export = await studio.ask()
        failed = await studio.reaches(export, ExportStatus.FAILED)
        assert failed.error == told
        assert await studio.events(export) == [Event.FAILED]
        await studio.hears(2)  # that it was accepted, and how it ended
        studio.pool.error = None
        await studio.reaches(await studio.ask(), ExportStatus.COMPLETED)
    assert (await studio.exports.quota("ana", studio.clock(), limit=10)).used == 1


async def test_a_bug_is_in_the_log_whole(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(fulfilment, "log", log)
    studio.pool.error = ZeroDivisionError("what went wrong")
    async with at_work(studio.exporter):
        await studio.reaches(await studio.ask(), ExportStatus.FAILED)
    assert ("exception", ("render broke",)) in [(call.method_name, call.args) for call in log.calls]


async def test_cancelled_while_it_waits_it_is_never_rendered(studio: Studio) -> None:
    export = await studio.ask()
    assert await studio.exporter.cancel(export.id)
    assert not await studio.exporter.cancel(export.id)
    async with at_work(studio.exporter):
        await studio.reaches(await studio.ask(), ExportStatus.COMPLETED)
    assert len(studio.pool.jobs) == 1
    assert await studio.events(export) == [Event.CANCELLED]


async def test_cancelled_while_it_is_rendered_the_render_stops(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        export = await studio.ask()
        await studio.renders(1)
        assert await studio.exporter.cancel(export.id)
        await studio.renders(0)
    assert (await studio.now(export)).status is ExportStatus.CANCELLED
    assert await studio.events(export) == [Event.CANCELLED]
    assert await studio.files.entries() == []
    assert not studio.board.latest


async def test_called_off_when_its_file_is_there_it_leaves_none(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        export = await studio.ask()
        await studio.renders(1)
        async with studio.database.transaction():  # nobody else can write
            calling_off = asyncio.create_task(studio.exporter.cancel(export.id))
            await asyncio.sleep(0)  # now that is the next who writes
            studio.pool.gate.set()
            while not any(entry.key.endswith(".mp4") for entry in await studio.files.entries()):
                pass
        assert await calling_off
    assert (await studio.now(export)).status is ExportStatus.CANCELLED
    assert await studio.files.entries() == []


async def test_stopped_in_the_moment_of_its_completion_it_keeps_its_file(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = Exports.complete

    async def completed_and_stopped(self: Exports, export: Export, **how: Any) -> bool:
        await complete(self, export, **how)
        raise asyncio.CancelledError

    monkeypatch.setattr(Exports, "complete", completed_and_stopped)
    async with at_work(studio.exporter):
        done = await studio.reaches(await studio.ask(), ExportStatus.COMPLETED)
    assert [entry.key for entry in await studio.files.entries()] == [done.file_key]


async def test_a_completion_that_comes_after_a_cancel_deletes_its_file(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        export = await studio.ask()
        await studio.renders(1)
        # in the database alone, as when the cancel and the last moment of the render cross
        assert await studio.exports.cancel(export.id, now=studio.clock())
        studio.pool.gate.set()
        await studio.renders(0)
        await studio.reaches(await studio.ask(), ExportStatus.COMPLETED)
    assert (await studio.now(export)).status is ExportStatus.CANCELLED
    assert export.id not in str(await studio.files.entries())


async def test_no_more_renders_at_once_than_the_pool_has_slots(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        asked = [await studio.ask() for _ in range(5)]
        await studio.renders(2)
        statuses = [(await studio.now(export)).status for export in asked]
        assert statuses.count(ExportStatus.PROCESSING) == 2
        studio.pool.gate.set()
        for export in asked:
            await studio.reaches(export, ExportStatus.COMPLETED)
    assert [await studio.events(export) for export in asked] == [[Event.COMPLETED]] * 5
    assert await all_slots_are_free(studio.pool)


async def test_drained_renders_are_pending_again_and_no_crash_is_counted(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        export = await studio.ask()
        await studio.renders(1)
    interrupted = await studio.now(export)
    assert (interrupted.status, interrupted.crashes) == (ExportStatus.PENDING, 0)
    assert await studio.events(export) == []
    assert await all_slots_are_free(studio.pool)


async def test_a_drain_lets_a_render_finish_that_is_quick_enough(studio: Studio) -> None:
    studio.pool.gate.clear()
    task = asyncio.create_task(studio.exporter.run())
    export = await studio.ask()
    await studio.renders(1)
    await stopped(task)
    draining = asyncio.create_task(studio.exporter.drain(60))
    studio.pool.gate.set()
    await draining
    assert (await studio.now(export)).status is ExportStatus.COMPLETED


async def test_stopped_at_any_moment_of_a_start_the_export_is_not_lost(studio: Studio) -> None:
    studio.pool.gate.clear()
    for steps in range(12):
        export = await studio.ask(user_id="ana")
        task = asyncio.create_task(studio.exporter.run())
        for _ in range(steps):
            await asyncio.sleep(0)
            if steps > 5:
                await studio.exports.get(export.id)
        await stopped(task)
        await studio.exporter.drain(0)
        current = await studio.now(export)
        assert (current.status, current.crashes) == (ExportStatus.PENDING, 0)
        assert await all_slots_are_free(studio.pool)
        await studio.exporter.cancel(export.id)


async def test_what_was_rendered_when_the_service_died_is_rendered_after_the_restart(studio: Studio) -> None:
    export = await studio.ask()
    await studio.exports.start_next(studio.clock())  # and here the service dies
    restarted = studio.again()
    await restarted.resume()
    async with at_work(restarted):
        done = await studio.reaches(export, ExportStatus.COMPLETED)
    assert (done.attempt, done.crashes) == (2, 1)


async def test_an_export_that_takes_the_service_down_each_time_is_given_up(studio: Studio) -> None:
    export = await studio.ask()
    for _ in range(LIMITS.crashes):
        await studio.exports.start_next(studio.clock())
        await studio.again().resume()
    failed = await studio.now(export)
    assert (failed.status, failed.error) == (ExportStatus.FAILED, WORN_OUT)
    assert await studio.events(export) == [Event.FAILED]


async def test_resuming_leaves_alone_what_is_being_rendered(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        export = await studio.ask()
        while not studio.pool.rendering:
            await studio.exporter.resume()
        await studio.exporter.resume()
        current = await studio.now(export)
        assert (current.status, current.attempt, current.crashes) == (ExportStatus.PROCESSING, 1, 0)


async def test_resuming_leaves_alone_what_is_just_being_started(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, go_on, start_next = asyncio.Event(), asyncio.Event(), Exports.start_next

    async def held(exports: Exports, now: datetime) -> Export | None:
        export = await start_next(exports, now)
        written.set()
        await go_on.wait()
        return export

    monkeypatch.setattr(Exports, "start_next", held)
    export = await studio.ask()
    async with at_work(studio.exporter):
        await written.wait()  # the row says `processing`, and nobody renders it yet
        resuming = asyncio.create_task(studio.exporter.resume())
        for _ in range(5):
            await studio.now(export)
        go_on.set()
        await resuming
        done = await studio.reaches(export, ExportStatus.COMPLETED)
    assert (done.attempt, done.crashes) == (1, 0)


async def test_an_end_that_cannot_be_written_is_taken_up_again(studio: Studio, database: Database) -> None:
    studio.pool.gate.clear()
    run = asyncio.create_task(studio.exporter.run())
    export = await studio.ask()
    await studio.renders(1)
    async with no_writing(database):
        studio.pool.gate.set()
        while studio.board.latest:
            await studio.board.changed()
    await stopped(run)  # if it had not ended itself, by a start that could not be written
    assert (await studio.now(export)).status is ExportStatus.PROCESSING
    await studio.exporter.resume()
    async with at_work(studio.exporter):
        await studio.reaches(export, ExportStatus.COMPLETED)
    assert await studio.events(export) == [Event.COMPLETED]


async def test_a_start_that_cannot_be_written_ends_the_run_and_gives_the_slot_back(
    studio: Studio, database: Database
) -> None:
    export = await studio.ask()
    async with no_writing(database):
        with pytest.raises(Exception, match="readonly"):
            await studio.exporter.run()
    assert await all_slots_are_free(studio.pool)
    async with at_work(studio.exporter):
        await studio.reaches(export, ExportStatus.COMPLETED)


async def test_the_same_request_with_the_same_key_is_one_export(studio: Studio) -> None:
    key = Idempotency(key="k", fingerprint="f")
    first, second = await asyncio.gather(*(studio.ask(idempotency=key, client="tool") for _ in range(2)))
    assert first.id == second.id


async def test_a_withdrawn_short_is_gone_at_once(studio: Studio) -> None:
    async with at_work(studio.exporter):
        export = await studio.ask()
        assert not await studio.exporter.withdraw(export.id)
        await studio.reaches(export, ExportStatus.COMPLETED)
    assert await studio.exporter.withdraw(export.id)
    assert not await studio.exporter.withdraw(export.id)
    assert await studio.files.entries() == []
    assert await studio.events(export) == [Event.COMPLETED, Event.EXPIRED]


@pytest.mark.parametrize(("asked_h", "lives_h"), [(None, 24), (2, 2), (99, 24)])
async def test_a_link_lives_and_is_renewed_for_as_long_as_its_place_allows_within_the_operators_bounds(
    studio: Studio, asked_h: int | None, lives_h: int
) -> None:
    lifetime = None if asked_h is None else timedelta(hours=asked_h)
    async with at_work(studio.exporter):
        export = await studio.ask(link_lifetime=lifetime)
        done = await studio.reaches(export, ExportStatus.COMPLETED)
    assert done.expires_at == studio.clock() + timedelta(hours=lives_h)

    studio.clock.advance(hours=1)
    renewed = await studio.exporter.renew(export.id)
    assert renewed is not None
    assert renewed.expires_at == studio.clock() + timedelta(hours=lives_h)


async def test_the_same_work_asked_again_is_answered_without_a_render(studio: Studio) -> None:
    async with at_work(studio.exporter):
        first = await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        studio.pool.gate.clear()  # nothing can be rendered any more
        second = await studio.ask(end_s=15.0)
        done = await studio.reaches(second, ExportStatus.COMPLETED)
    assert len(studio.pool.jobs) == 1
    assert (done.facts, done.token != first.token, done.file_key != first.file_key) == (
        first.facts,
        True,
        True,
    )
    assert (await studio.exports.quota("ana", studio.clock(), limit=10)).used == 2
    assert await studio.events(second) == [Event.COMPLETED]


async def test_the_same_work_asked_twice_at_once_is_rendered_once(studio: Studio) -> None:
    studio.pool.gate.clear()
    async with at_work(studio.exporter):
        twins = [await studio.ask(end_s=15.0) for _ in range(2)]
        await studio.renders(1)
        studio.pool.gate.set()
        for export in twins:
            await studio.reaches(export, ExportStatus.COMPLETED)
    assert len(studio.pool.jobs) == 1


async def test_a_shorts_file_outlives_the_one_that_it_was_borrowed_from(studio: Studio) -> None:
    async with at_work(studio.exporter):
        first = await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        second = await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        assert await studio.exporter.withdraw(first.id)
    assert second.file_key is not None
    async with studio.files.fetch(second.file_key) as path:
        assert path.read_bytes() == studio.pool.content


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"end_s": 15.5}, id="other-times"),
        pytest.param({"strategy": "letterbox"}, id="other-strategy"),
        pytest.param({"quality": "medium"}, id="other-quality"),
        pytest.param({"focus": 20}, id="other-focus"),
        pytest.param({"target_mb": 9.0}, id="other-size"),
        pytest.param({"normalize_loudness": False}, id="other-loudness"),
    ],
)
async def test_other_work_is_rendered(studio: Studio, changes: dict[str, object]) -> None:
    async with at_work(studio.exporter):
        await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        await studio.reaches(await studio.ask(**({"end_s": 15.0} | changes)), ExportStatus.COMPLETED)
    assert len(studio.pool.jobs) == 2


async def test_the_whole_recipe_reaches_the_render_and_is_what_a_twin_must_share(studio: Studio) -> None:
    wanted = Recipe(strategy="auto", quality="medium", focus=20, target_mb=9.0, normalize_loudness=False)
    async with at_work(studio.exporter):
        for _ in range(2):
            await studio.reaches(await studio.ask(end_s=15.0, recipe=wanted), ExportStatus.COMPLETED)
    (job,) = studio.pool.jobs
    assert job.recipe == wanted


async def test_what_cannot_be_borrowed_is_rendered(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links_here(source: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links_here)
    async with at_work(studio.exporter):
        for _ in range(2):
            done = await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
            assert done.crashes == 0
    assert len(studio.pool.jobs) == 2


async def test_a_file_that_is_gone_is_rendered_again(studio: Studio) -> None:
    async with at_work(studio.exporter):
        first = await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        assert first.file_key is not None
        await studio.files.delete(first.file_key)
        await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
    assert len(studio.pool.jobs) == 2


async def test_another_engines_work_is_not_used(studio: Studio, database: Database) -> None:
    async with at_work(studio.exporter):
        await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        async with database.transaction() as connection:
            await connection.execute("UPDATE exports SET engine = '0'")
        await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
    assert len(studio.pool.jobs) == 2


async def test_a_short_from_before_the_bars_were_known_is_not_used(
    studio: Studio, database: Database, clock: Clock
) -> None:
    """Detection may end between two exports of the same work: the first has bars, the second has none."""
    async with at_work(studio.exporter):
        await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
        found = Findings(cuts_s=(), loudness_lufs=None, lit=(0, 140, 1920, 800))
        intakes, video_id = Intakes(database), studio.scene.video_id
        await intakes.add(samples.intake(video_id=video_id))
        assert await intakes.complete(video_id, findings=found, scenes=[], now=clock())
        for _ in range(2):
            await studio.reaches(await studio.ask(end_s=15.0), ExportStatus.COMPLETED)
    assert [job.lit for job in studio.pool.jobs] == [None, (0, 140, 1920, 800)]
