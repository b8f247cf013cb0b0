"""Shows on Discord how far unfinished exports are: the latest only, and not too often."""

import asyncio
from typing import Any

import aiohttp
import discord
import structlog
from discord import ui

from bot.chat.address import KIND, Address
from bot.chat.cards import components_of
from bot.chat.facts import card_of
from bot.chat.post import Letter, Post
from bot.services import Services
from processing.news import RetryLater
from storage.models import ACTIVE, Destination, Export

log = structlog.get_logger()

#: Discord takes five edits of a message in five seconds; the final one must never have to wait for its turn.
SPACING_S = 2.5
#: A progress edit that takes longer has been overtaken by events.
PATIENCE_S = 10.0


class LiveCards:
    """Edits every unfinished export's message when there is something new in it."""

    def __init__(self, *, services: Services, post: Post, spacing_s: float = SPACING_S) -> None:
        self._services = services
        self._post = post
        self._spacing_s = spacing_s
        self._shown: dict[str, list[dict[str, Any]]] = {}

    async def run(self) -> None:
        """Look again after every change, until cancelled."""
        while True:
            change = asyncio.create_task(self._services.board.changed())
            try:
                await self.show_all()
                await asyncio.sleep(self._spacing_s)
                await change
            finally:
                change.cancel()

    async def show_all(self) -> None:
        """Bring every unfinished export's message up to date."""
        if not self._post.online:
            return
        active = await self._services.exports.active_for(KIND)
        # a batch has one message: any of its exports shows them all
        messages = {
            message_id: (export, destination)
            for export, destination in active
            if (message_id := destination.address.get("message_id"))
        }
        self._shown = {name: shown for name, shown in self._shown.items() if name in messages}
        await asyncio.gather(*(self.show(export, destination) for export, destination in messages.values()))

    async def show(self, export: Export, destination: Destination) -> None:
        """Bring one message up to date, unless the export has ended: that is the notifier's news."""
        address = Address.from_text(destination.address)
        async with self._post.turn(address):
            current = await self._services.exports.get(export.id)
            if current is None or current.status not in ACTIVE:
                return
            card = await card_of(current, address, self._services)
            if components_of(card) != self._shown.get(address.message_id):
                await self.put(destination, card)

    async def put(self, destination: Destination, card: ui.LayoutView) -> None:
        """Show this card, if Discord can be reached. If not, a later one will do."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._post.edit(destination, Letter(card=card))
        except (RetryLater, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("progress not shown", error=type(error).__name__)
        else:
            self._shown[destination.address["message_id"]] = components_of(card)
