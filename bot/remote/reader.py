"""Opens remote files for ffmpeg: who reads the same file at the same time shares its blocks."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.addresses import Network
from bot.hops import open_session
from bot.remote.cache import BlockCache
from bot.remote.origin import Origin, inspect
from bot.remote.proxy import serving
from bot.remote.reading import Reading, RemoteFile
from processing.errors import Refusal, SourceRefused
from processing.source import Loopback
from storage.models import Remote


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """The bounds that an operator sets."""

    #: of one remote file, for one piece of work
    most_bytes: int
    cache_bytes: int
    allowed_networks: Sequence[Network] = ()
    #: before a busy server is asked again, doubled each time
    pause_s: float = 0.5
    #: a server that takes longer to send the beginning is as good as gone
    patience_s: float = 60.0


@asynccontextmanager
async def open_reader(limits: ReadLimits, folder: Path) -> AsyncIterator["ProxyReader"]:
    """A reader with connections of its own, and its blocks in `folder`."""
    cache = BlockCache(folder, most_bytes=limits.cache_bytes)
    await cache.load()
    async with open_session(limits.allowed_networks) as session:
        yield ProxyReader(session, cache, limits)


class ProxyReader:
    """Reads files in parts, through a loopback address for each piece of work."""

    def __init__(self, session: aiohttp.ClientSession, cache: BlockCache, limits: ReadLimits) -> None:
        self._session = session
        self._cache = cache
        self._limits = limits
        #: what is being read now, by its key
        self._files: dict[str, RemoteFile] = {}

    async def inspect(self, url: str) -> Remote | None:
        """What can be read in parts at that address; None: nothing, so it must be fetched whole."""
        try:
            async with asyncio.timeout(self._limits.patience_s):
                return await inspect(self._session, url)
        except TimeoutError:
            return None

    @asynccontextmanager
    async def open(self, remote: Remote) -> AsyncIterator[Loopback]:
        """An address to read the file from, for as long as the block runs.

        Raises:
            SourceRefused: it has changed or is gone, now or before the block ended; or too much was read.
        """
        async with self._shared(remote) as file:
            reading = Reading(file, most_bytes=self._limits.most_bytes)
            try:
                async with asyncio.timeout(self._limits.patience_s):
                    await reading.begin()
            except TimeoutError:
                raise SourceRefused(Refusal.GONE, "the beginning takes too long") from None
            async with serving(reading) as url:
                try:
                    yield Loopback(url=url)
                except Exception as error:
                    if reading.trouble is None:
                        raise
                    # whatever was made of the missing bytes, this is why they were missing
                    raise reading.trouble from error
            if reading.trouble is not None:
                raise reading.trouble

    async def keep_only(self, remotes: Collection[Remote]) -> int:
        """Delete the blocks of files that are neither among these nor being read. Returns how many."""
        keys = {self._origin(remote).key for remote in remotes}
        return await self._cache.keep_only(keys | self._files.keys())

    @asynccontextmanager
    async def _shared(self, remote: Remote) -> AsyncIterator[RemoteFile]:
        origin = self._origin(remote)
        file = self._files.setdefault(origin.key, RemoteFile(origin, self._cache))
        file.readers += 1
        try:
            yield file
        finally:
            file.readers -= 1
            if file.readers == 0:
                del self._files[origin.key]
                await file.close()

    def _origin(self, remote: Remote) -> Origin:
        return Origin(session=self._session, remote=remote, pause_s=self._limits.pause_s)
