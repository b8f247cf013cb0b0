"""Keeps files under keys. `FileStore` is the port; `LocalFiles` a folder of this machine."""

import asyncio
import os
import secrets
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from storage.to_the_end import to_the_end

PART = ".part"


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A key that holds a file, or the remains of one that was never finished (`….part`)."""

    key: str
    size_bytes: int
    modified_at: datetime


class NothingStored(FileNotFoundError):
    """No file is kept under that key."""


class FileStore(Protocol):
    """Where sources and shorts lie. A key holds a whole file or nothing.

    A step that was begun ends before its caller hears that it was cancelled: no file appears afterwards.
    """

    async def put(self, key: str, path: Path) -> None:
        """Make the file at `path` the one under `key`; `path` is gone afterwards."""

    def fetch(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A local path to read the file from, for as long as the block runs.

        Raises:
            NothingStored: no file is kept under that key.
        """

    async def copy(self, key: str, target_key: str) -> None:
        """Keep the same file under another key, too.

        Raises:
            NothingStored: no file is kept under `key`.
        """

    async def delete(self, key: str, *, seen: datetime | None = None) -> bool:
        """Forget the file. It is no error when there is none.

        False: it is not the one any more that was modified when it was `seen`, and stays.
        """

    async def entries(self, folder: str = "") -> list[StoredFile]:
        """Everything that is kept, or what is kept under keys that begin with that folder."""


class LocalFiles:
    """A folder of this machine. Files are written beside their place, then renamed into it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        # a folder must not be swept away as empty between being made and being filled
        self._folders = threading.Lock()

    async def put(self, key: str, path: Path) -> None:
        """Make the file at `path` the one under `key`; `path` is gone afterwards."""
        await to_the_end(asyncio.to_thread(self._put, self._path(key), path))

    @asynccontextmanager
    async def fetch(self, key: str) -> AsyncIterator[Path]:
        """The file's own path: nothing is copied.

        Raises:
            NothingStored: no file is kept under that key.
        """
        path = self._path(key)
        if not path.is_file():
            raise NothingStored(key)
        yield path

    async def copy(self, key: str, target_key: str) -> None:
        """A second name for the same bytes; each is deleted for itself.

        Raises:
            NothingStored: no file is kept under `key`.
        """
        await to_the_end(asyncio.to_thread(self._copy, self._path(key), self._path(target_key)))

    async def delete(self, key: str, *, seen: datetime | None = None) -> bool:
        """Forget the file, and the folders that it leaves empty. False: it is another than was seen."""
        return await asyncio.to_thread(self._delete, self._path(key), seen)

    async def entries(self, folder: str = "") -> list[StoredFile]:
        """Every file below the folder, unfinished ones included."""
        place = self._path(folder) if folder else self._root
        return await asyncio.to_thread(lambda: list(self._entries(place)))

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if self._root not in path.parents or path.relative_to(self._root).as_posix() != key:
            raise ValueError("a key must name a file inside the store, in the one way to name it")
        return path

    def _part(self, target: Path) -> Path:
        """A new name beside the place, and the folder that it is in."""
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PART}")
        with self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.touch()
        return part

    def _copy(self, path: Path, target: Path) -> None:
        part = self._part(target)
        try:
            with self._folders:
                part.unlink()
                os.link(path, part)
            part.touch()  # young again, for the same reason as in _put
            into_place(part, target)
        except FileNotFoundError:
            raise NothingStored(path.name) from None
        finally:
            part.unlink(missing_ok=True)

    def _put(self, target: Path, path: Path) -> None:
        part = self._part(target)
        try:
            shutil.move(path, part)
            # a file is as old as its stay here, or the sweep could take a new one for an orphan
            part.touch()
            into_place(part, target)
        finally:
            part.unlink(missing_ok=True)

    def _delete(self, path: Path, seen: datetime | None) -> bool:
        with self._folders:
            if seen is not None and path.exists() and _modified_at(path.stat()) != seen:
                return False
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self._root or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()
        return True

    def _entries(self, place: Path) -> Iterator[StoredFile]:
        for folder, _, names in os.walk(place):
            for path in (Path(folder, name) for name in names):
                with suppress(FileNotFoundError):  # deleted while we looked
                    facts = path.stat()
                    yield StoredFile(
                        key=path.relative_to(self._root).as_posix(),
                        size_bytes=facts.st_size,
                        modified_at=_modified_at(facts),
                    )


def _modified_at(facts: os.stat_result) -> datetime:
    return datetime.fromtimestamp(facts.st_mtime, UTC)


def into_place(part: Path, target: Path) -> None:
    """Rename a finished file to its place; a power cut leaves all of it there, or nothing."""
    with _opened(part) as file, _opened(target.parent) as folder:
        os.fsync(file)
        part.replace(target)
        os.fsync(folder)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
