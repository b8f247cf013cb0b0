"""Reads a remote file block by block: each block is fetched once, whoever waits for it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from bot.remote import blocks
from bot.remote.blocks import Pace, Span
from bot.remote.cache import BlockCache
from bot.remote.origin import Origin
from processing.errors import Refusal, SourceRefused

#: What is on its way at the end of the work has been sent already, as a rule.
GRACE_S = 0.5
#: How far a reader runs on before it hangs up, sockets decide, and not the same way each time. So many blocks
#: behind that place are brought as well: whoever comes to read the same again finds all of it.
MARGIN_BLOCKS = 4


class RemoteFile:
    """The blocks of one file, shared by all who read it at a time."""

    def __init__(self, origin: Origin, cache: BlockCache) -> None:
        self.origin = origin
        self.size = origin.remote.size_bytes
        self.readers = 0
        self._cache = cache
        self._on_the_way: dict[int, asyncio.Future[bytes]] = {}
        self._flights: set[asyncio.Task[None]] = set()

    def is_here(self, index: int) -> bool:
        """Whether that block need not be asked for: it is kept, or on its way."""
        return index in self._on_the_way or self._cache.has(self.origin.key, index)

    async def block(self, index: int) -> bytes | None:
        """That block, once it has arrived; None: it has to be asked for.

        Raises:
            SourceRefused: it could not be had.
        """
        if (coming := self._on_the_way.get(index)) is not None:
            return await asyncio.shield(coming)
        return await self._cache.get(self.origin.key, index, length=blocks.length(index, self.size))

    def fetch(self, run: range) -> None:
        """Ask for these blocks, in one request. Whoever asked may go; it is for all who read the file."""
        loop = asyncio.get_running_loop()
        self._on_the_way.update((index, loop.create_future()) for index in run)
        flight = asyncio.create_task(self._bring(run))
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)

    async def close(self) -> None:
        """Nobody reads it any more: what is nearly here is kept for the next one, the rest is called off."""
        flights = list(self._flights)
        if flights:
            await asyncio.wait(flights, timeout=GRACE_S)
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _bring(self, run: range) -> None:
        trouble = SourceRefused(Refusal.GONE, "called off, or broken by a fault of ours")
        try:
            async with aclosing(self.origin.read(blocks.spanned(run, self.size))) as pieces:
                await self._land(run, pieces)
        except SourceRefused as refused:
            trouble = refused
        finally:
            for index in run:
                coming = self._on_the_way.pop(index, None)
                if coming is not None and not coming.done():
                    coming.set_exception(trouble)
                    coming.exception()  # seen: a block that was only read ahead is missed by nobody

    async def _land(self, run: range, pieces: AsyncIterator[bytes]) -> None:
        index, arrived = run.start, bytearray()
        async for piece in pieces:
            arrived += piece
            while index < run.stop and len(arrived) >= (length := blocks.length(index, self.size)):
                block = bytes(arrived[:length])
                del arrived[:length]
                await self._cache.put(self.origin.key, index, block)
                self._on_the_way.pop(index).set_result(block)
                index += 1


class Reading:
    """One opened source: how much it may still ask for, how far it reads ahead, and what went wrong."""

    def __init__(self, file: RemoteFile, *, most_bytes: int) -> None:
        self.size = file.size
        self.trouble: SourceRefused | None = None
        self._file = file
        self._left = most_bytes
        self._pace = Pace()

    async def begin(self) -> None:
        """See that the file is still there and the same: by its beginning, which is needed anyway.

        Raises:
            SourceRefused: it is not.
        """
        if self._file.is_here(0):
            await self._file.origin.check()
        else:
            await self._block(0)

    async def pieces(self, span: Span) -> AsyncGenerator[bytes, None]:
        """These bytes, a block at a time.

        Raises:
            SourceRefused: the file has changed or is gone, or too much of it would be read.
        """
        index = 0
        try:
            for index in blocks.covering(span):
                block = await self._block(index)
                base = index * blocks.BLOCK_BYTES
                yield block[max(0, span.start - base) : span.end - base]
        except SourceRefused as trouble:
            self.trouble = self.trouble or trouble
            raise
        except (GeneratorExit, asyncio.CancelledError):
            self._round_off(index)
            raise

    async def _block(self, index: int) -> bytes:
        most = self._pace.read(index)
        while self.trouble is None:
            block = await self._file.block(index)
            if block is not None:
                return block
            run = blocks.missing_run(index, most=most, size=self.size, is_here=self._file.is_here)
            if run:  # else another reader has asked for it meanwhile
                self._file.fetch(self._afforded(run))
        raise self.trouble

    def _round_off(self, index: int) -> None:
        """The reader has hung up at that block: bring what it might run on to the next time."""
        stop = min(index + 1 + MARGIN_BLOCKS, blocks.count(self.size))
        for start in range(index + 1, stop):
            run = blocks.missing_run(start, most=stop - start, size=self.size, is_here=self._file.is_here)
            if run and self.trouble is None:
                with suppress(SourceRefused):  # it can be done without
                    self._file.fetch(self._afforded(run))
                return

    def _afforded(self, run: range) -> range:
        """As much of the run as the budget allows, and the budget less by it."""
        while run and len(blocks.spanned(run, self.size)) > self._left:
            run = run[:-1]
        if not run:
            raise SourceRefused(Refusal.READS_TOO_MUCH)
        self._left -= len(blocks.spanned(run, self.size))
        return run
