"""Turns the progress of renders into news, at a few milestones of each."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from processing.progress import ProgressBoard
from storage.deliveries import Deliveries

MILESTONES = (75, 50, 25)


class Milestones:
    """Watches the board, and tells of each milestone once; one that is passed at once is left out."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        board: ProgressBoard,
        now: Callable[[], datetime],
        on_news: Callable[[], None],
    ) -> None:
        self._deliveries = deliveries
        self._board = board
        self._now = now
        self._on_news = on_news
        self._passed: dict[str, int] = {}

    async def run(self) -> None:
        """Tell of what is passed until cancelled."""
        while True:
            bell = asyncio.ensure_future(self._board.changed())
            try:
                await asyncio.sleep(0)  # now it listens: what changes while we look is not missed
                await self._look()
                await bell
            finally:
                bell.cancel()

    async def _look(self) -> None:
        passed = {
            export_id: milestone(progress.percent) for export_id, progress in self._board.latest.items()
        }
        before, self._passed = self._passed, passed
        for export_id, percent in passed.items():
            further = percent > before.get(export_id, 0)
            if further and await self._deliveries.tell_progress(export_id, percent, now=self._now()):
                self._on_news()


def milestone(percent: float) -> int:
    """The last milestone that is passed; 0: none."""
    return next((passed for passed in MILESTONES if percent >= passed), 0)
