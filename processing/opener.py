"""Opens a video's source by its key, wherever the file is. `RemoteReader` is the port to files elsewhere."""

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from processing.source import Loopback, Source
from storage.files import FileStore, NothingStored
from storage.models import REMOTE, Remote
from storage.remotes import Remotes


class RemoteReader(Protocol):
    """Reads files that stay at their servers, in parts."""

    async def inspect(self, url: str) -> Remote | None:
        """What can be read in parts at that address; None: nothing, so it must be fetched whole."""

    def open(self, remote: Remote) -> AbstractAsyncContextManager[Loopback]:
        """An address to read the file from, for as long as the block runs.

        Raises:
            SourceRefused: it has changed or is gone, now or before the block ended; or too much was read.
        """

    async def keep_only(self, remotes: Collection[Remote]) -> int:
        """Forget what was read of files that are neither among these nor being read. Returns how much."""


class Opener:
    """Knows where sources are. What it yields is good for as long as the block runs."""

    def __init__(
        self, files: FileStore, remotes: Remotes | None = None, reader: RemoteReader | None = None
    ) -> None:
        self._files = files
        self._remotes = remotes
        self._reader = reader

    @asynccontextmanager
    async def open(self, key: str) -> AsyncIterator[Source]:
        """What to read the source from.

        Raises:
            NothingStored: there is none under that key.
            SourceRefused: it stays at its server, and could not be read there.
        """
        if not key.startswith(REMOTE):
            async with self._files.fetch(key) as path:
                yield path
            return
        remote = await self._remotes.get(key) if self._remotes else None
        if remote is None or self._reader is None:
            raise NothingStored(key)
        async with self._reader.open(remote) as source:
            yield source
