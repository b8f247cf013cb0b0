"""Opens the SQLite file: one writer behind a lock, query-only readers, numbered migrations."""

import asyncio
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Self

import aiosqlite

from storage.files import PART, into_place
from storage.folding import folded
from storage.to_the_end import to_the_end
from storage.unusable import usable

READERS = 2
BUSY_TIMEOUT_MS = 5_000
#: The folder for copies, beside the file.
BACKUPS = "backups"
#: This many migrations can be taken back.
COPIES_BEFORE_MIGRATIONS = 3

Value = str | int | float | None
Parameters = Sequence[Value] | Mapping[str, Value]


class DatabaseTooNew(Exception):
    """The file was written by a later version of this program."""


class Database:
    """The one door to the SQLite file. Tables ask `fetch_*`; changes go through `transaction`."""

    def __init__(self, writer: aiosqlite.Connection, readers: Sequence[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._writing = asyncio.Lock()
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Self]:
        """Open the file, made and migrated where needed, and close it at the end.

        Before one is migrated, a copy of it is written into the folder `BACKUPS` beside it.

        Raises:
            DatabaseTooNew: a later version of this program has migrated it.
            DatabaseUnusable: it is damaged, or belongs to somebody else, or the disk fails.
        """
        async with AsyncExitStack() as stack:
            with usable(path):
                database = await cls._opened(path, stack)
            yield database

    @classmethod
    @asynccontextmanager
    async def look(cls, path: Path) -> AsyncIterator[Self]:
        """Open the file as it is, only to be read: it is neither made nor migrated.

        Raises:
            DatabaseUnusable: it is damaged, or not there, or belongs to somebody else, or the disk fails.
        """
        async with AsyncExitStack() as stack:
            with usable(path):
                # not `mode=ro`, which leaves a -wal behind that the service may not write to
                reader = await stack.enter_async_context(_connection(f"{path.absolute().as_uri()}?mode=rw"))
                await reader.execute("PRAGMA query_only = ON")
                database = cls(reader, [reader])
                await database.version()
            yield database

    async def version(self) -> int:
        """How many of the migrations it has been through; none, where it has just been made."""
        row = await self.fetch_one("PRAGMA user_version")
        return int(row[0]) if row else 0

    @classmethod
    async def _opened(cls, path: Path, stack: AsyncExitStack) -> Self:
        writer = await stack.enter_async_context(_connection(path))
        await writer.execute("PRAGMA journal_mode = WAL")
        await writer.execute("PRAGMA synchronous = FULL")
        await writer.execute("PRAGMA foreign_keys = ON")
        readers = [await stack.enter_async_context(_connection(path)) for _ in range(READERS)]
        for reader in readers:
            await reader.execute("PRAGMA query_only = ON")
            await reader.create_function("folded", 1, folded, deterministic=True)
        database = cls(writer, readers)
        if 0 < await database.version() < latest_version():
            await database.back_up(_before_migration(path.parent / BACKUPS))
        async with database.transaction() as connection:
            await _migrate(connection)
        return database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """All of the block is written, or nothing.

        BEGIN IMMEDIATE takes the write lock before the first read, so that what the block counts cannot
        change before it writes.

        Raises:
            OSError: the disk is full, in the words that any file would use.
        """
        async with self._writing:
            try:
                await _settle(self._writer, "BEGIN IMMEDIATE")
                yield self._writer
                await _settle(self._writer, "COMMIT")
            except BaseException as error:
                if self._writer.in_transaction:
                    await _settle(self._writer, "ROLLBACK")
                if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
                raise

    async def fetch_all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Every row of one question, as last committed."""
        reader = await self._readers.get()
        try:
            return list(await reader.execute_fetchall(sql, parameters))
        finally:
            self._readers.put_nowait(reader)

    async def fetch_one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of one question, if there is any."""
        rows = await self.fetch_all(sql, parameters)
        return rows[0] if rows else None

    async def back_up(self, target: Path) -> None:
        """Write a consistent copy beside `target`, then rename it.

        Raises:
            OSError: it cannot be written.
        """
        part = target.with_name(f"{target.name}{PART}")
        part.unlink(missing_ok=True)
        try:
            async with self._writing:
                await self._writer.execute("VACUUM INTO ?", (str(part),))
            # SQLite does not flush what it vacuums into
            await asyncio.to_thread(into_place, part, target)
        except sqlite3.Error as error:
            number = errno.ENOSPC if error.sqlite_errorname == "SQLITE_FULL" else errno.EIO
            raise OSError(number, str(error), str(target)) from error
        finally:
            part.unlink(missing_ok=True)


async def first_row(
    connection: aiosqlite.Connection, sql: str, parameters: Parameters = ()
) -> sqlite3.Row | None:
    """The first row of a question asked inside a transaction."""
    rows: Iterable[sqlite3.Row] = await connection.execute_fetchall(sql, parameters)
    return next(iter(rows), None)


async def changed_one(connection: aiosqlite.Connection, sql: str, parameters: Parameters = ()) -> bool:
    """Whether a guarded update found its row as it expected it."""
    async with connection.execute(sql, parameters) as cursor:
        return cursor.rowcount == 1


@asynccontextmanager
async def _connection(path: Path | str) -> AsyncIterator[aiosqlite.Connection]:
    uri = isinstance(path, str)
    # what cannot be opened shows here: aiosqlite would leave a thread that speaks to a loop that has ended
    sqlite3.connect(path, uri=uri).close()
    async with aiosqlite.connect(path, isolation_level=None, uri=uri) as connection:
        connection.row_factory = sqlite3.Row
        await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        yield connection


async def _settle(connection: aiosqlite.Connection, sql: str) -> None:
    """Run a statement to its end, however often the caller is cancelled meanwhile."""
    await to_the_end(connection.execute(sql))


def latest_version() -> int:
    """What a database is at when it has been through all that this program knows."""
    return len(_migrations())


def demand_known(version: int) -> None:
    """Go on only with a database that this program understands.

    Raises:
        DatabaseTooNew: a later version of this program has migrated it.
    """
    if version > latest_version():
        raise DatabaseTooNew(
            f"the database is at version {version}, this program knows up to {latest_version()}: "
            "run the newer program, or restore a backup"
        )


def _before_migration(folder: Path) -> Path:
    """The name of the copy to be made; the oldest of those that were made before others are removed."""
    folder.mkdir(exist_ok=True)
    target = folder / f"before-{latest_version():04}.db"
    others = sorted(path for path in folder.glob("before-*.db") if path != target)
    for old in others[: 1 - COPIES_BEFORE_MIGRATIONS]:
        old.unlink()
    return target


async def _migrate(connection: aiosqlite.Connection) -> None:
    row = await first_row(connection, "PRAGMA user_version")
    version: int = row[0] if row else 0
    migrations = _migrations()
    demand_known(version)
    for script in migrations[version:]:
        # executescript() would commit first, so that a broken script could leave half of itself behind
        for statement in _statements(script):
            await connection.execute(statement)
    await connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _migrations() -> list[str]:
    scripts = [file for file in files("storage").joinpath("schema").iterdir() if file.name.endswith(".sql")]
    return [script.read_text(encoding="utf-8") for script in sorted(scripts, key=lambda file: file.name)]


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
