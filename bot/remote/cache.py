"""Keeps blocks on disk: bounded, the least used go first, and none is ever taken for whole that is not."""

import asyncio
import itertools
import os
import secrets
import shutil
import zlib
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger()

#: Behind each block stands its checksum.
SUM_BYTES = 4


class BlockCache:
    """Blocks by the key of their file and their number: one small file each, so it survives a restart."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        #: (key, index) -> bytes on disk and the number of its arrival, the least used first
        self._kept: OrderedDict[tuple[str, int], tuple[int, int]] = OrderedDict()
        self._arrivals = itertools.count()
        self._total = 0
        # one hand at a time changes what is on the disk; reading needs none
        self._changing = asyncio.Lock()

    @property
    def size_bytes(self) -> int:
        """What the blocks take on disk."""
        return self._total

    async def load(self) -> None:
        """Find the blocks of an earlier run."""
        for key, index, size in await asyncio.to_thread(self._found):
            self._add((key, index), size)
        async with self._changing:
            await self._make_room()

    def has(self, key: str, index: int) -> bool:
        """Whether that block is here."""
        return (key, index) in self._kept

    async def get(self, key: str, index: int, *, length: int) -> bytes | None:
        """The block; None: it is not here, or not whole."""
        place = key, index
        found = self._kept.get(place)
        if found is None:
            return None
        block = await asyncio.to_thread(self._read, self._path(key, index), length)
        # while it was read it may have been put anew, and that one is not forgotten
        if self._kept.get(place) == found:
            if block is None:
                self._forget(place)
            else:
                self._kept.move_to_end(place)
        return block

    async def put(self, key: str, index: int, block: bytes) -> None:
        """Keep the block. A disk that cannot have it is no reason to stop: it is only read again."""
        async with self._changing:
            try:
                await asyncio.to_thread(self._write, self._path(key, index), block)
            except OSError as error:
                log.warning("block not kept", error=type(error).__name__)
                return
            self._forget((key, index))
            self._add((key, index), len(block) + SUM_BYTES)
            await self._make_room()

    async def keep_only(self, keys: Collection[str]) -> int:
        """Delete the blocks of all other files. Returns how many blocks."""
        async with self._changing:
            others = [place for place in self._kept if place[0] not in keys]
            for place in others:
                self._forget(place)
            known = {path.name: path for path in self._folder.glob("*")}
            for name in known.keys() - set(keys):
                await asyncio.to_thread(shutil.rmtree, known[name], ignore_errors=True)
        return len(others)

    async def _make_room(self) -> None:
        while self._total > self._most_bytes:
            oldest = next(iter(self._kept))
            self._forget(oldest)
            await asyncio.to_thread(self._delete, self._path(*oldest))

    def _add(self, place: tuple[str, int], size: int) -> None:
        self._kept[place] = size, next(self._arrivals)
        self._total += size

    def _forget(self, place: tuple[str, int]) -> None:
        size, _ = self._kept.pop(place, (0, 0))
        self._total -= size

    def _path(self, key: str, index: int) -> Path:
        return self._folder / key / str(index)

    def _found(self) -> list[tuple[str, int, int]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        found = []
        for path in self._folder.glob("*/*"):
            if path.name.isdecimal():
                facts = path.stat()
                found.append((facts.st_mtime_ns, path.parent.name, int(path.name), facts.st_size))
            else:
                path.unlink()  # what a crash has left half-written
        return [(key, index, size) for _, key, index, size in sorted(found)]

    def _read(self, path: Path, length: int) -> bytes | None:
        try:
            told = path.read_bytes()
            os.utime(path)  # used: it goes later, even if the service is started anew
        except OSError:
            return None
        block = told[:-SUM_BYTES]
        whole = len(block) == length and zlib.crc32(block).to_bytes(SUM_BYTES) == told[-SUM_BYTES:]
        return block if whole else None

    def _write(self, path: Path, block: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            part.write_bytes(block + zlib.crc32(block).to_bytes(SUM_BYTES))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # others are still in it
            path.parent.rmdir()
