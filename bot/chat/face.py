"""Puts the Discord face together."""

import asyncio

import structlog

from bot.chat.actions import ACTIONS
from bot.chat.client import ChatClient
from bot.chat.commands import COMMANDS
from bot.chat.connection import Connection
from bot.chat.live import LiveCards
from bot.chat.miniatures import MiniatureCards
from bot.chat.post import Post
from bot.chat.presence import Presence
from bot.services import Services

log = structlog.get_logger()


class ChatFace:
    """The bot on Discord. `post` is what its notifier writes with, `run` what keeps it alive."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._token = services.settings.discord.token.get_secret_value()
        self._connection = Connection(build=self._client, token=self._token)
        self.post = Post(connection=self._connection, deliveries=services.deliveries)
        self._live = LiveCards(services=services, post=self.post)
        self._miniatures = MiniatureCards(services=services, post=self.post)
        self._presence = Presence(services=services, connection=self._connection)

    async def run(self) -> None:
        """Serve Discord until cancelled. Returns early without a token, or with one that Discord refuses."""
        if not self._token:
            log.info("no discord.token is set: the service has its HTTP face alone")
            return
        async with asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(loop.run()) for loop in (self._live, self._miniatures, self._presence)]
            await self._connection.run()
            for loop in loops:
                loop.cancel()

    def is_well(self) -> bool:
        """Whether Discord can be reached, or is not wanted at all."""
        return not self._token or self._connection.client is not None

    def _client(self) -> ChatClient:
        return ChatClient(
            services=self._services,
            post=self.post,
            live=self._live,
            commands=COMMANDS,
            actions=ACTIONS,
        )
