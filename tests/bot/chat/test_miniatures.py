"""The cards of miniatures are looked after for as long as the service runs, and no longer."""

import asyncio
from types import SimpleNamespace
from typing import Any

from bot.chat.miniatures import MiniatureCards
from processing.progress import ProgressBoard


class NeverDone(MiniatureCards):
    """Always has a card left that could not be edited."""

    async def show_all(self) -> bool:
        return False


async def test_a_change_at_the_moment_of_the_end_does_not_keep_it_going() -> None:
    board = ProgressBoard()
    services: Any = SimpleNamespace(board=board)
    post: Any = None
    task = asyncio.create_task(NeverDone(services=services, post=post).run())
    for _ in range(5):  # until it waits
        await asyncio.sleep(0)
    board.ring()
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
