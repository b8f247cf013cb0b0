"""The bot's house in this process: a real database, real files, every service. Shorts are made at a word."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord

from bot import app
from bot.chat.actions import ACTIONS
from bot.chat.client import ChatClient
from bot.chat.commands import COMMANDS
from bot.chat.connection import Connection
from bot.chat.live import LiveCards
from bot.chat.post import Post
from bot.config import DiscordSettings, IngestSettings, LimitSettings, ServiceSettings, Settings
from bot.notifiers.discord import DiscordNotifier
from bot.services import Services
from processing.delivery import Courier
from storage.models import Facts
from storage.moments import utc_now

FACTS = Facts(
    width=1080, height=1920, duration_s=0.5, size_bytes=20_000, video_codec="h264", audio_codec="aac"
)


class Attached(Connection):
    """Connected from the start: somebody else does the logging in."""

    def __init__(self) -> None:
        super().__init__(build=discord.Client, token="")

    def attach(self, client: discord.Client) -> None:
        """This is the client."""
        self._client = client


@dataclass(kw_only=True)
class House:
    """What a test plays with. `ahead` is how far the clock of those who bring news has been put forward."""

    services: Services
    post: Post
    client: ChatClient
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.courier = Courier(
            deliveries=self.services.deliveries,
            exports=self.services.exports,
            intakes=self.services.intakes,
            notifiers={"discord": DiscordNotifier(services=self.services, post=self.post)},
            exports_per_day=self.services.settings.limits.exports_per_day,
            now=self._later,
        )

    async def finish(self) -> None:
        """Whatever waits is made, and told."""
        await self.make()
        await self.tell()

    async def make(self) -> None:
        """Whatever waits is made."""
        exports, now = self.services.exports, self.services.now()
        while export := await exports.start_next(now):
            key = f"exports/{export.user_id}/{export.id}.mp4"
            path = self.services.scratch / "short.mp4"
            path.write_bytes(b"0" * FACTS.size_bytes)
            await self.services.files.put(key, path)
            lives = timedelta(hours=24)
            await exports.complete(
                export, file_key=key, facts=FACTS, now=now, expires_at=now + lives, engine="none"
            )

    async def tell(self) -> None:
        """Bring the news that is due."""
        await self.courier.bring_due()

    async def tell_later(self) -> None:
        """Let the time pass that a postponed attempt waits, and bring the news then."""
        self.ahead += timedelta(minutes=1)
        await self.tell()

    async def add_scene(self, owner_id: int | str, clip: Path, *, title: str = "Kick-off") -> str:
        """A scene of half a second."""
        copy = self.services.scratch / "clip.mp4"
        copy.write_bytes(clip.read_bytes())
        video = await self.services.library.add_video(copy, owner_id=str(owner_id), name=title)
        return (await self.services.library.add_scene(video, start_s=0, end_s=0.5, title=title)).id

    def _later(self) -> datetime:
        return utc_now() + self.ahead


@asynccontextmanager
async def opened(
    folder: Path, *, proxy: str = "", ingest: IngestSettings | None = None, **limits: Any
) -> AsyncIterator[House]:
    """The house without its loops; its client is not logged in yet."""
    settings = Settings(
        service=ServiceSettings(data_dir=folder, public_url="https://shorts.example.org"),
        limits=LimitSettings(**limits),
        discord=DiscordSettings(proxy=proxy),
        ingest=ingest or IngestSettings(),
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with app.open_services(settings, listener, lambda: None, lambda: None) as services:
            connection = Attached()
            post = Post(connection=connection, deliveries=services.deliveries)
            client = ChatClient(
                services=services,
                post=post,
                live=LiveCards(services=services, post=post),
                commands=COMMANDS,
                actions=ACTIONS,
            )
            connection.attach(client)
            yield House(services=services, post=post, client=client)
