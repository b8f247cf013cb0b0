"""The upkeep: links that end, remains, backups."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from processing import maintenance
from processing.ffmpeg import Tools
from processing.ingest import Library
from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.files import LocalFiles
from storage.models import Destination, Event, Export, ExportStatus
from storage.records import Records
from storage.scenes import Scenes
from storage.videos import Videos
from tests import samples
from tests.fakes import Clock


async def keep(files: LocalFiles, folder: Path, key: str) -> None:
    incoming = folder / "incoming"
    incoming.write_bytes(b"x")
    await files.put(key, incoming)


async def keys(files: LocalFiles) -> list[str]:
    return sorted(entry.key for entry in await files.entries())


@pytest.fixture
async def completed(exports: Exports, files: LocalFiles, clock: Clock, tmp_path: Path) -> Export:
    """A short whose link lives for a day."""
    await exports.create(samples.export(), [samples.HERE], at_most=1, failed_at_most=1)
    export = await exports.start_next(clock())
    assert export
    key = f"exports/ana/{export.id}.mp4"
    await keep(files, tmp_path, key)
    expires_at = clock() + timedelta(hours=24)
    await exports.complete(
        export, file_key=key, facts=samples.FACTS, engine="1", now=clock(), expires_at=expires_at
    )
    return export


async def test_a_link_ends_when_its_time_is_over_and_is_told_of_once(
    completed: Export, exports: Exports, deliveries: Deliveries, files: LocalFiles, clock: Clock
) -> None:
    news: list[str] = []

    async def expire() -> int:
        return await maintenance.expire(
            exports=exports, files=files, now=clock, on_news=lambda: news.append("news")
        )

    clock.advance(hours=23, minutes=59)
    assert await expire() == 0
    assert len(await keys(files)) == 1
    clock.advance(minutes=1)
    assert [await expire(), await expire()] == [1, 0]
    assert await keys(files) == []
    assert news == ["news"]
    ended = await exports.get(completed.id)
    assert ended is not None
    assert ended.status is ExportStatus.EXPIRED
    assert [d.event for d in await deliveries.of_export(completed.id)] == [Event.COMPLETED, Event.EXPIRED]


async def test_a_file_that_is_gone_already_expires_all_the_same(
    completed: Export, exports: Exports, files: LocalFiles, clock: Clock
) -> None:
    await files.delete(f"exports/ana/{completed.id}.mp4")
    clock.advance(hours=24)
    assert await maintenance.expire(exports=exports, files=files, now=clock, on_news=list) == 1


async def test_a_file_that_cannot_be_deleted_keeps_no_other_link_alive(
    completed: Export, exports: Exports, files: LocalFiles, clock: Clock, tmp_path: Path
) -> None:
    stuck = tmp_path / "files" / f"exports/ana/{completed.id}.mp4"
    stuck.unlink()
    stuck.mkdir()  # what is a folder cannot be unlinked
    clock.advance(hours=24)
    with pytest.raises(OSError, match=completed.id):
        await maintenance.expire(exports=exports, files=files, now=clock, on_news=list)
    assert await exports.due(clock(), at_most=9) == []


class Full(LocalFiles):
    """A disk on which the database finds no more room, until a file has been deleted."""

    def __init__(self, root: Path, database: Database) -> None:
        super().__init__(root)
        self._database = database

    async def allow(self, pages: int) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(f"PRAGMA max_page_count = {pages}")

    async def delete(self, key: str, *, seen: datetime | None = None) -> bool:
        deleted = await super().delete(key, seen=seen)
        await self.allow(1 << 20)
        return deleted


async def test_dead_links_make_room_on_a_full_disk(
    database: Database, exports: Exports, deliveries: Deliveries, clock: Clock, tmp_path: Path
) -> None:
    files = Full(tmp_path / "files", database)
    told = [Destination(kind="here", address={"to": "x" * 200, "n": str(n)}) for n in range(50)]
    for user in ("ana", "ben"):
        await exports.create(samples.export(user_id=user), told, at_most=1, failed_at_most=1)
        export = await exports.start_next(clock())
        assert export is not None
        key = f"exports/{user}/{export.id}.mp4"
        await keep(files, tmp_path, key)
        day = clock() + timedelta(days=1)
        await exports.complete(
            export, file_key=key, facts=samples.FACTS, engine="1", now=clock(), expires_at=day
        )
    clock.advance(days=1)
    await files.allow(1)  # SQLite takes what there is: not one page more
    with pytest.raises(OSError, match="No space left"):
        await exports.expire(export.id, now=clock(), only_if_due=True)
    assert await maintenance.expire(exports=exports, files=files, now=clock, on_news=list) == 2
    assert await keys(files) == []
    assert Event.EXPIRED in [delivery.event for delivery in await deliveries.of_export(export.id)]


async def test_a_video_is_retired_when_its_time_is_over_and_nothing_needs_it(
    videos: Videos, scenes: Scenes, exports: Exports, files: LocalFiles, tools: Tools, clock: Clock
) -> None:
    library = Library(videos=videos, scenes=scenes, files=files, tools=tools, now=clock)
    for name in ("vid_old", "vid_needed"):
        await videos.add(samples.video(id=name, file_key=f"sources/{name}"))
    await exports.create(samples.export(video_id="vid_needed"), [], at_most=1, failed_at_most=1)
    clock.advance(days=2)
    await videos.add(samples.video(id="vid_new", file_key="sources/new", created_at=clock()))
    keep = timedelta(days=1)
    assert await maintenance.retire(videos=videos, library=library, keep=keep, now=clock) == 1
    assert await videos.file_keys() == {"sources/vid_needed", "sources/new"}


async def test_a_video_that_an_export_needs_since_then_is_not_retired(
    videos: Videos, scenes: Scenes, exports: Exports, tools: Tools, clock: Clock, tmp_path: Path
) -> None:
    class Files(LocalFiles):
        """While the first file is deleted, somebody asks for a short of the second video."""

        async def delete(self, key: str) -> None:
            await super().delete(key)
            if key == "sources/vid_first":
                asked = samples.export(video_id="vid_second")
                await exports.create(asked, [], at_most=1, failed_at_most=1)

    library = Library(videos=videos, scenes=scenes, files=Files(tmp_path), tools=tools, now=clock)
    for name in ("vid_first", "vid_second", "vid_third"):
        await videos.add(samples.video(id=name, file_key=f"sources/{name}"))
    clock.advance(days=2)
    keep = timedelta(days=1)
    assert await maintenance.retire(videos=videos, library=library, keep=keep, now=clock) == 2
    assert await videos.file_keys() == {"sources/vid_second"}
    assert await library.remove_video(samples.video(id="vid_second")), "its owner may, at any time"


async def test_the_scratch_folder_is_empty_after_it_was_cleared(tmp_path: Path) -> None:
    scratch = tmp_path / "data" / "tmp"
    await maintenance.clear_scratch(scratch)
    (scratch / "render-x").mkdir()
    (scratch / "render-x" / "short.mp4").write_bytes(b"x")
    await maintenance.clear_scratch(scratch)
    assert list(scratch.iterdir()) == []


async def test_there_is_one_backup_a_day_and_the_newest_are_kept(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    made = []
    for _ in range(8):
        made.append(await maintenance.back_up(database=database, folder=folder, keep=3, now=clock))
        clock.advance(hours=12)
    assert [copy is not None for copy in made] == [True, True, False, True, False, True, False, True]
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["cutdown-2026-03-03.db", "cutdown-2026-03-04.db", "cutdown-2026-03-05.db"]
    async with Database.open(folder / names[-1]) as copy:
        assert await copy.fetch_all("SELECT * FROM exports") == []


async def test_a_copy_of_a_day_to_come_makes_no_other_go(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    good, clock.moment = clock.moment, clock.moment.replace(year=2036)
    await maintenance.back_up(database=database, folder=folder, keep=2, now=clock)
    clock.moment = good
    for _ in range(6):
        await maintenance.back_up(database=database, folder=folder, keep=2, now=clock)
        clock.advance(hours=12)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["cutdown-2026-03-03.db", "cutdown-2026-03-04.db", "cutdown-2036-03-01.db"]


async def test_what_is_left_of_copies_that_were_broken_off_is_removed(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "cutdown-2026-02-01.db.part").write_bytes(b"x")
    (folder / "mine.part").write_bytes(b"x")
    await maintenance.back_up(database=database, folder=folder, keep=2, now=clock)
    assert sorted(path.name for path in folder.iterdir()) == ["cutdown-2026-03-01.db", "mine.part"]


async def test_a_copy_that_fails_is_told_in_one_line_and_leaves_nothing(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    (folder / "cutdown-2026-03-01.db.part").mkdir(parents=True)
    with capture_logs() as lines:
        assert await maintenance.back_up(database=database, folder=folder, keep=2, now=clock) is None
    ((level, event, reason),) = [(line["log_level"], line["event"], line["error"]) for line in lines]
    assert (level, event) == ("error", "database not backed up")
    assert "cutdown-2026-03-01.db.part" in reason


async def test_exports_that_ended_long_ago_are_forgotten_all_at_once(
    database: Database, exports: Exports, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BATCH", 2)
    asked = [samples.export() for _ in range(6)]
    for export in asked:
        await exports.create(export, [], at_most=9, failed_at_most=9)
        await exports.cancel(export.id, now=clock())
    clock.advance(days=89)
    keep = timedelta(days=90)
    assert await maintenance.forget(records=Records(database), keep=keep, now=clock) == 0
    clock.advance(days=2)
    assert await maintenance.forget(records=Records(database), keep=keep, now=clock) == 5
    assert [await exports.get(export.id) is None for export in asked] == [True] * 5 + [False]
