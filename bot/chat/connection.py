"""Keeps the bot connected to Discord: logs in, and again after whatever went wrong."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import aiohttp
import discord
import structlog
from discord.backoff import ExponentialBackoff

from processing.news import RetryLater

log = structlog.get_logger()

#: The gateway's word for a token that it does not take.
TOKEN_REFUSED = 4004

#: What may go wrong on the way to Discord.
TROUBLE = (OSError, TimeoutError, aiohttp.ClientError, discord.DiscordException)


class Offline(RetryLater):
    """Nobody is logged in to Discord at the moment."""


class Connection:
    """One client after another, for as long as the token is good.

    A client that was closed cannot be opened again: its connector stays closed. So each attempt has its own.
    """

    def __init__(self, *, build: Callable[[], discord.Client], token: str) -> None:
        self._build = build
        self._token = token
        self._client: discord.Client | None = None

    @property
    def client(self) -> discord.Client | None:
        """The client that is logged in, whether its gateway is connected just now or not."""
        client = self._client
        return None if client is None or client.user is None or client.is_closed() else client

    @contextmanager
    def demand(self) -> Iterator[discord.Client]:
        """The same, for whoever cannot do without it as long as the block runs.

        Raises:
            Offline: there is none, or it was closed meanwhile.
        """
        if (client := self.client) is None:
            raise Offline("Discord is not connected")
        try:
            yield client
        except RuntimeError as error:
            # so aiohttp says that the session has closed
            if not client.is_closed():
                raise
            raise Offline("Discord was left meanwhile") from error

    async def run(self) -> None:
        """Be connected until cancelled, or until Discord refuses the token."""
        backoff = ExponentialBackoff[bool]()
        while True:
            try:
                await self._live_once()
                error = "closed"
            except discord.LoginFailure:
                return _give_up()
            except TROUBLE as trouble:
                if isinstance(trouble, discord.ConnectionClosed) and trouble.code == TOKEN_REFUSED:
                    return _give_up()
                error = type(trouble).__name__
            delay_s = backoff.delay()
            log.warning("discord out of reach", error=error, retry_in_s=round(delay_s, 1))
            await asyncio.sleep(delay_s)

    async def _live_once(self) -> None:
        self._client = self._build()
        try:
            # a session that can be resumed still is; what discord.py would do beyond that fails with the
            # very first connection
            await self._client.start(self._token, reconnect=False)
        finally:
            await self._client.close()
            self._client = None


def _give_up() -> None:
    log.error("discord refuses the token: correct discord.token and restart; the rest of the service goes on")
