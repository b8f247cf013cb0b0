"""Shows in the bot's presence how many shorts are being made or wait."""

import asyncio

import discord

from bot.chat.connection import TROUBLE, Connection
from bot.services import Services

#: Discord takes five changes in twenty seconds.
SPACING_S = 15.0


class Presence:
    """Keeps the bot's line in the list of members true."""

    def __init__(self, *, services: Services, connection: Connection, spacing_s: float = SPACING_S) -> None:
        self._services = services
        self._connection = connection
        self._spacing_s = spacing_s
        self._shown: tuple[object, int] | None = None

    async def run(self) -> None:
        """Look again after every change, until cancelled."""
        while True:
            change = asyncio.create_task(self._services.board.changed())
            try:
                if await self._show():
                    await asyncio.sleep(self._spacing_s)
                await change
            finally:
                change.cancel()

    async def _show(self) -> bool:
        """Whether the line had to be changed. A new session has forgotten it."""
        client = self._connection.client
        if client is None or not client.is_ready():
            return False
        current = (client.ws, await self._services.exports.unfinished())
        if current == self._shown:
            return False
        try:
            await client.change_presence(activity=activity(current[1]))
        except TROUBLE:
            return False  # the gateway has just gone; the next session shows it
        self._shown = current
        return True


def activity(unfinished: int) -> discord.CustomActivity:
    """What the line says."""
    if not unfinished:
        return discord.CustomActivity("Makes shorts: /export")
    return discord.CustomActivity(f"Making shorts: {unfinished} in the queue")
