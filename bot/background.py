"""Keeps the long-lived loops of the service alive, and ends them with it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

log = structlog.get_logger()

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


@asynccontextmanager
async def background(
    name: str, work: Callable[[], Awaitable[None]], *, elapsed: Callable[[], float] = time.monotonic
) -> AsyncIterator[None]:
    """Run `work` beside the block; started again with growing pauses when it breaks, cancelled at the end.

    A disk that was full for a minute must not leave a service that takes orders and starts none. Work that
    went well for as long as the longest pause begins with the shortest again.
    """
    task = asyncio.create_task(_kept_alive(name, work, elapsed), name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _kept_alive(name: str, work: Callable[[], Awaitable[None]], elapsed: Callable[[], float]) -> None:
    pause_s = FIRST_PAUSE_S
    while True:
        began = elapsed()
        try:
            await work()
            return
        except Exception:
            if elapsed() - began >= LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            log.exception("background work broke, starting again", work=name, pause_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
