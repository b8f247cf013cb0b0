"""Lets the card of a short that was too large play a smaller copy, when that has been made."""

import asyncio
from contextlib import suppress

import structlog

from bot.chat.address import KIND, Address
from bot.chat.connection import TROUBLE
from bot.chat.playing import edit_playing
from bot.chat.post import Post
from bot.services import Services
from processing.news import RetryLater
from storage.miniatures import Miniature

log = structlog.get_logger()

#: How long to wait with what Discord did not take.
SPACING_S = 15.0
PATIENCE_S = 120.0


class MiniatureCards:
    """Owns the step `made -> shown`. Each card is edited once; where it cannot be, it keeps its link."""

    def __init__(self, *, services: Services, post: Post, spacing_s: float = SPACING_S) -> None:
        self._services = services
        self._post = post
        self._spacing_s = spacing_s

    async def run(self) -> None:
        """Look again after every change, until cancelled."""
        while True:
            change = asyncio.create_task(self._services.board.changed())
            try:
                patience_s = None if await self.show_all() else self._spacing_s
                # not `wait_for`: before Python 3.12, of a cancellation that meets a change it loses the first
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience_s):
                        await change
            finally:
                change.cancel()

    async def show_all(self) -> bool:
        """Edit the cards of all that are made; whether nothing is left to try again."""
        if not self._post.online:
            return True  # a new session rings
        unshown = await self._services.miniatures.unshown()
        return all([await self._show(miniature) for miniature in unshown])

    async def _show(self, miniature: Miniature) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._edit_cards(miniature.export_id)
        except (RetryLater, *TROUBLE) as error:
            log.info("miniature not shown", export_id=miniature.export_id, error=type(error).__name__)
            return False
        await self._services.miniatures.shown(miniature.export_id)
        return True

    async def _edit_cards(self, export_id: str) -> None:
        for destination in await self._services.deliveries.destinations_of(export_id):
            if destination.kind != KIND:
                continue
            async with self._post.turn(Address.from_text(destination.address)):
                # as it is now: it may have been renewed, or ended, while we waited
                if (export := await self._services.exports.get(export_id)) is not None:
                    await edit_playing(export, destination, services=self._services, post=self._post)
