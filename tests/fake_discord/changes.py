"""Lets a test wait until something has come true, without sleeping and without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Everything that happens in the fake calls `tell`; whoever waits looks again."""

    def __init__(self, *, timeout_s: float, situation: Callable[[], str]) -> None:
        self.timeout_s = timeout_s
        self._situation = situation
        self._happened = asyncio.Event()

    def tell(self) -> None:
        happened, self._happened = self._happened, asyncio.Event()
        happened.set()

    async def until(
        self, look: Callable[[], T | None], what: str | Callable[[], str], *, timeout_s: float | None = None
    ) -> T:
        """The first true thing that `look` sees.

        Raises:
            AssertionError: it did not come in time; the text says what was waited for and what there was.
        """
        limit_s = self.timeout_s if timeout_s is None else timeout_s
        try:
            async with asyncio.timeout(limit_s):
                while not (seen := look()):
                    await self._happened.wait()
                return seen
        except TimeoutError:
            wanted = what if isinstance(what, str) else what()
            raise AssertionError(f"waited {limit_s} s for {wanted}\n{self._situation()}") from None
