"""The database: migrations, transactions, readers, backup."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
import pytest

from storage import database as module
from storage.database import Database, DatabaseTooNew
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.intakes import Intakes
from storage.models import Event, Recipe
from storage.moments import from_text, to_text
from storage.notes import Notes
from storage.unusable import DatabaseUnusable
from storage.videos import Videos
from tests import samples
from tests.samples import NOON

NOTE = "INSERT INTO notes (name, value) VALUES (?, 'x')"


async def notes_in(database: Database) -> list[str]:
    return [row["name"] for row in await database.fetch_all("SELECT name FROM notes ORDER BY name")]


def tables_of(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).fetchall()
    connection.close()
    return [name for (name,) in rows]


async def test_an_empty_file_is_migrated_once_and_opened_again_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "cutdown.db"
    async with Database.open(path) as database:
        await Notes(database).put("first", "kept")
    async with Database.open(path) as database:
        assert await Notes(database).get("first") == "kept"
        row = await database.fetch_one("PRAGMA user_version")
        assert row is not None
        assert row[0] == len(module._migrations())


def test_the_scripts_are_numbered_without_a_gap_or_a_double() -> None:
    names = sorted(path.name for path in Path(module.__file__).parent.glob("schema/*.sql"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


async def test_only_the_scripts_that_are_new_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cutdown.db"
    scripts = ["CREATE TABLE one (x INTEGER) STRICT;"]
    monkeypatch.setattr(module, "_migrations", lambda: scripts)
    async with Database.open(path):
        pass
    scripts.append("CREATE TABLE two (x INTEGER) STRICT;\nINSERT INTO two VALUES (1);")
    async with Database.open(path) as database:
        assert len(await database.fetch_all("SELECT * FROM two")) == 1
    assert tables_of(path) == ["one", "two"]


async def test_a_copy_is_kept_of_what_was_before_each_of_the_last_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cutdown.db"
    scripts = ["CREATE TABLE t1 (x INTEGER) STRICT;"]
    monkeypatch.setattr(module, "_migrations", lambda: scripts)
    for version in range(1, 7):
        for _ in range(2):
            async with Database.open(path) as database:
                assert await database.version() == version
        scripts.append(f"CREATE TABLE t{version + 1} (x INTEGER) STRICT;")
    copies = sorted((tmp_path / "backups").iterdir())
    assert [copy.name for copy in copies] == [f"before-{version:04}.db" for version in (4, 5, 6)]
    assert tables_of(copies[-1]) == ["t1", "t2", "t3", "t4", "t5"]


async def test_what_cannot_be_copied_is_not_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cutdown.db"
    with monkeypatch.context() as patched:
        async with before("COLUMN focus", path, patched):
            pass
    (tmp_path / "backups").touch()
    with pytest.raises(OSError, match="backups"):
        async with Database.open(path):
            pytest.fail("it was opened")
    async with Database.look(path) as database:
        assert await database.version() < module.latest_version()


async def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cutdown.db"
    async with Database.open(path) as database, database.transaction() as connection:
        await connection.execute("PRAGMA user_version = 99")
    with pytest.raises(DatabaseTooNew, match="at version 99"):
        async with Database.open(path):
            pytest.fail("it was opened")


def damage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def forbid(path: Path) -> None:
    """SQLite only reads a file that says it was written by a format yet to come."""
    with path.open("r+b") as file:
        file.seek(18)
        file.write(bytes([9]))


def hide(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(damage, r"not a database\): restore a backup", id="damaged"),
        pytest.param(forbid, r"readonly database\): let the file", id="not-ours"),
        pytest.param(hide, r"unable to open database file\): let the file", id="no-file"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_in_a_sentence(
    tmp_path: Path, harm: Callable[[Path], None], told: str
) -> None:
    path = tmp_path / "cutdown.db"
    async with Database.open(path):
        pass
    harm(path)
    with pytest.raises(DatabaseUnusable, match=told) as raised:
        async with Database.open(path):
            pytest.fail("it was opened")
    assert str(path) in str(raised.value)


async def test_what_breaks_while_a_file_is_open_is_not_said_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        async with Database.open(tmp_path / "cutdown.db") as database, database.transaction() as connection:
            await connection.execute("ATTACH '/nowhere/at/all.db' AS other")


async def test_exports_from_before_there_was_a_choice_keep_the_recipe_that_they_were_made_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cutdown.db"
    facts = '{"width": 1080, "height": 1920, "duration_s": 1.0, "size_bytes": 9, "video_codec": "h264",'
    with monkeypatch.context() as patched:
        async with before("COLUMN focus", path, patched) as connection:
            await connection.execute("UPDATE exports SET facts = ?", (f'{facts} "audio_codec": "aac"}}',))
    async with Database.open(path) as database:
        export = await Exports(database).get("exp")
    assert export is not None
    assert export.recipe == Recipe(strategy="letterbox", quality="high")
    assert export.facts is not None
    assert export.facts.notes == ()


@asynccontextmanager
async def before(
    marker: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[aiosqlite.Connection]:
    """A file as it was before the script with that word in it, with one export; to be written to."""
    scripts = module._migrations()
    number = next(n for n, script in enumerate(scripts) if marker in script)
    monkeypatch.setattr(module, "_migrations", lambda: scripts[:number])
    async with Database.open(path) as database, database.transaction() as connection:
        await connection.execute(
            "INSERT INTO exports (id, scene_id, video_id, user_id, title, start_s, end_s, strategy,"
            " quality, turn, token, day, created_at)"
            " VALUES ('exp', 's', 'v', 'ana', '', 0, 1, 'letterbox', 'high', 1, 't', '2026-03-01', ?)",
            (to_text(NOON),),
        )
        yield connection


async def test_news_from_before_videos_had_any_is_kept_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cutdown.db"
    with monkeypatch.context() as patched:
        async with before("new_deliveries", path, patched) as connection:
            await connection.execute(
                "INSERT INTO destinations VALUES ('dst', 'exp', 'here', '{\"a\": \"b\"}')"
            )
            for name, event in (("z", "export.accepted"), ("a", "export.failed")):
                await connection.execute(
                    "INSERT INTO deliveries (id, export_id, destination_id, event, next_attempt_at,"
                    " created_at) VALUES (?, 'exp', 'dst', ?, ?, ?)",
                    (name, event, to_text(NOON), to_text(NOON)),
                )
    async with Database.open(path) as database:
        deliveries = Deliveries(database)
        kept = await deliveries.of_export("exp")
        assert [(news.id, news.event, news.destination.address) for news in kept] == [
            ("z", Event.ACCEPTED, {"a": "b"}),
            ("a", Event.FAILED, {"a": "b"}),
        ]
        assert [news.id for news in await deliveries.due(NOON, at_most=9)] == ["z"]
        assert await database.fetch_all("PRAGMA foreign_key_check") == []
        async with database.transaction() as connection:
            await connection.execute("DELETE FROM exports")
        assert await database.fetch_all("SELECT id FROM destinations UNION SELECT id FROM deliveries") == []


async def test_the_log_of_a_client_holds_the_news_from_before_it_had_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cutdown.db"
    with monkeypatch.context() as patched:
        async with before("deliveries_by_client", path, patched) as connection:
            for name, address in (("tool", '{"client": "tool"}'), ("chat", "{}")):
                await connection.execute(
                    "INSERT INTO destinations VALUES (?, 'exp', NULL, 'here', ?)", (name, address)
                )
                await connection.execute(
                    "INSERT INTO deliveries (id, export_id, destination_id, event, next_attempt_at,"
                    " created_at) VALUES (?1, 'exp', ?1, 'export.failed', ?2, ?2)",
                    (name, to_text(NOON)),
                )
    async with Database.open(path) as database:
        assert [news.id for news in await Deliveries(database).of_client("tool", at_most=9)] == ["tool"]


async def test_a_video_on_its_way_from_before_there_were_wishes_comes_in_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cutdown.db"
    with monkeypatch.context() as patched:
        async with before("COLUMN wish", path, patched) as connection:
            await connection.execute(
                "INSERT INTO intakes (video_id, owner_id, title, url, status, created_at, finds_scenes)"
                " VALUES ('vid', 'ana', '', 'folder:a.mp4', 'detecting', ?, 0)",
                (to_text(NOON),),
            )
    async with Database.open(path) as database:
        intakes = Intakes(database)
        before_it = await intakes.get("vid")
        assert before_it is not None
        assert (before_it.finds_scenes, before_it.wish) == (False, None)
        assert await intakes.complete("vid", findings=None, scenes=[], now=NOON)


async def test_a_broken_script_leaves_nothing_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cutdown.db"
    scripts = ["CREATE TABLE kept (x INTEGER) STRICT;"]
    monkeypatch.setattr(module, "_migrations", lambda: scripts)
    async with Database.open(path):
        pass
    scripts.append("CREATE TABLE half (x INTEGER) STRICT;\nCREATE TABEL half_two (x INTEGER);")
    with pytest.raises(sqlite3.OperationalError):
        async with Database.open(path):
            pytest.fail("it was opened")
    assert tables_of(path) == ["kept"]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("INSERT INTO notes VALUES (x'00', 'a')", id="bytes-where-text-belongs"),
        pytest.param("INSERT INTO scenes VALUES ('s', 'nowhere', 't', 0, 1, 'now')", id="scene-of-no-video"),
        pytest.param(
            "INSERT INTO scenes SELECT 's', id, 't', 5, 5, 'now' FROM videos", id="scene-without-length"
        ),
        pytest.param("UPDATE videos SET width = 'wide'", id="text-where-a-number-belongs"),
        pytest.param("UPDATE exports SET status = 'lost'", id="unknown-status"),
        pytest.param("UPDATE exports SET status = 'completed'", id="completed-without-a-file"),
        pytest.param("UPDATE deliveries SET status = 'lost'", id="unknown-delivery-status"),
        pytest.param(
            "INSERT INTO destinations VALUES ('d', 'nowhere', NULL, 'here', '{}')", id="no-such-export"
        ),
        pytest.param(
            "INSERT INTO destinations VALUES ('d', NULL, 'nowhere', 'here', '{}')", id="no-such-video"
        ),
        pytest.param("UPDATE destinations SET export_id = NULL", id="destination-of-nothing"),
        pytest.param("UPDATE deliveries SET video_id = export_id", id="news-of-two-things"),
    ],
)
async def test_the_schema_refuses(database: Database, statement: str) -> None:
    await Videos(database).add(samples.video())
    exports = Exports(database)
    await exports.create(samples.export(), [samples.HERE], at_most=1, failed_at_most=1)
    started = await exports.start_next(NOON)
    assert started
    await exports.fail(started, error="it broke", now=NOON)
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as connection:
            await connection.execute(statement)


async def test_readers_do_not_see_what_is_not_committed(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(NOTE, ("a",))
        assert await notes_in(database) == []
    assert await notes_in(database) == ["a"]


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.fetch_all("INSERT INTO notes VALUES ('a', 'b') RETURNING name")
    assert await notes_in(database) == []


async def test_a_block_that_breaks_leaves_nothing(database: Database) -> None:
    async def write_and_break() -> None:
        async with database.transaction() as connection:
            await connection.execute(NOTE, ("a",))
            await connection.execute("SELECT nothing")

    with pytest.raises(sqlite3.OperationalError):
        await write_and_break()
    assert await notes_in(database) == []


async def test_transactions_wait_for_one_another_even_through_two_doors(
    database: Database, tmp_path: Path
) -> None:
    async def add_one(door: Database) -> None:
        async with door.transaction() as connection:
            rows = list(await connection.execute_fetchall("SELECT count(*) FROM notes"))
            await connection.execute(NOTE, (f"{rows[0][0]:02}",))

    async with Database.open(tmp_path / "cutdown.db") as second:
        await asyncio.gather(*(add_one(door) for door in (database, second) * 10))
    assert await notes_in(database) == [f"{number:02}" for number in range(20)]


@pytest.mark.parametrize("cancels", [1, 2])
async def test_cancelled_at_any_step_a_transaction_is_whole_or_nothing(
    database: Database, cancels: int
) -> None:
    async def write(name: str) -> None:
        async with database.transaction() as connection:
            await connection.execute(NOTE, (name + "a",))
            await connection.execute(NOTE, (name + "b",))

    for steps in range(12):
        name = f"{steps:02}"
        task = asyncio.create_task(write(name))
        for _ in range(steps):
            await asyncio.sleep(0)
            if not task.done() and steps > 3:
                await database.fetch_one("SELECT 1")
        for _ in range(cancels):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(task, return_exceptions=True)
        assert [note for note in await notes_in(database) if note.startswith(name)] in (
            [],
            [name + "a", name + "b"],
        )
    await write("zz")
    assert (await notes_in(database))[-2:] == ["zza", "zzb"]


async def test_cancelled_at_commit_everything_is_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_commit, settle = asyncio.Event(), module._settle

    async def watched(connection: module.aiosqlite.Connection, sql: str) -> None:
        if sql == "COMMIT":
            at_commit.set()
        await settle(connection, sql)

    monkeypatch.setattr(module, "_settle", watched)
    task = asyncio.create_task(Notes(database).put("a", "b"))
    await at_commit.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await notes_in(database) == ["a"]


async def test_cancelled_twice_at_begin_the_connection_stays_usable(
    database: Database, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "cutdown.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # so that our BEGIN has to wait
    task = asyncio.create_task(Notes(database).put("a", "b"))
    for _ in range(2):
        await database.fetch_one("SELECT 1")
        task.cancel()
    other.execute("ROLLBACK")
    other.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    await Notes(database).put("c", "d")
    assert await notes_in(database) == ["c"]


async def test_a_cancelled_reader_is_given_back(database: Database) -> None:
    tasks = [asyncio.create_task(database.fetch_all("SELECT 1")) for _ in range(20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await asyncio.gather(*(notes_in(database) for _ in range(5))) == [[]] * 5


async def test_a_backup_opens_and_has_the_rows(database: Database, tmp_path: Path) -> None:
    await Notes(database).put("a", "b")
    target = tmp_path / "backup.db"
    (tmp_path / "backup.db.part").write_bytes(b"of a copy that was broken off")
    await database.back_up(target)
    async with Database.open(target) as copy:
        assert await Notes(copy).get("a") == "b"
    assert not (tmp_path / "backup.db.part").exists()


async def test_a_backup_that_fails_says_why_and_leaves_nothing(database: Database, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open database"):
        await database.back_up(tmp_path / "nowhere" / "backup.db")
    target = tmp_path / "backup.db"
    target.mkdir()  # no file can take a folder's place
    with pytest.raises(IsADirectoryError):
        await database.back_up(target)
    assert not (tmp_path / "backup.db.part").exists()


def test_moments_sort_as_text_and_need_a_time_zone() -> None:
    assert from_text(to_text(NOON)) == NOON
    assert to_text(NOON) < to_text(NOON.replace(microsecond=1)) < to_text(NOON.replace(second=1))
    with pytest.raises(ValueError, match="time zone"):
        to_text(NOON.replace(tzinfo=None))
