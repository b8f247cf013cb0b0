"""The bot on simcord's Discord, over a real database and real files. Shorts are made at a word."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import simcord

from bot import app
from bot.chat.actions import ACTIONS
from bot.chat.client import ChatClient
from bot.chat.commands import COMMANDS
from bot.chat.connection import Connection
from bot.chat.live import LiveCards
from bot.chat.pictures import Pictures
from bot.chat.post import Post
from bot.config import LimitSettings, ServiceSettings, Settings
from bot.notifiers.discord import DiscordNotifier
from bot.services import Services
from processing.delivery import Courier
from storage.models import Facts

FACTS = Facts(
    width=1080, height=1920, duration_s=0.5, size_bytes=20_000, video_codec="h264", audio_codec="aac"
)


class Attached(Connection):
    """Connected from the start: simcord does the logging in."""

    def __init__(self) -> None:
        super().__init__(build=discord.Client, token="")

    def attach(self, client: discord.Client) -> None:
        """This is the client."""
        self._client = client


@dataclass(kw_only=True)
class Stage:
    """What a scenario plays with."""

    services: Services
    courier: Courier
    channel: simcord.ChannelHandle
    ana: simcord.MemberActor
    bob: simcord.MemberActor
    boss: simcord.MemberActor

    async def finish(self) -> None:
        """Whatever waits is made, and told."""
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
        await self.tell()

    async def tell(self) -> None:
        """Bring the news that is due."""
        await self.courier.bring_due()

    async def add_scene(self, owner: simcord.MemberActor, clip: Path, *, title: str = "Kick-off") -> str:
        """A scene of half a second."""
        copy = self.services.scratch / "clip.mp4"
        copy.write_bytes(clip.read_bytes())
        video = await self.services.library.add_video(copy, owner_id=str(owner.id), name=title)
        return (await self.services.library.add_scene(video, start_s=0, end_s=0.5, title=title)).id


@asynccontextmanager
async def staged(folder: Path, **limits: float) -> AsyncIterator[Stage]:
    """A server with a channel, two members and one who manages it, and the bot."""
    settings = Settings(
        service=ServiceSettings(data_dir=folder, public_url="https://shorts.example.org"),
        limits=LimitSettings(**limits),
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with app.open_services(settings, listener, lambda: None, lambda: None) as services:
            connection = Attached()
            post = Post(connection=connection, deliveries=services.deliveries)
            client = _client(services, post)
            connection.attach(client)
            courier = Courier(
                deliveries=services.deliveries,
                exports=services.exports,
                intakes=services.intakes,
                notifiers={"discord": DiscordNotifier(services=services, post=post)},
                exports_per_day=settings.limits.exports_per_day,
                now=services.now,
            )
            # refusals are raised on purpose, and explained by the tree
            async with simcord.run(client, check_errors=False) as env:
                guild = env.create_guild()
                managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
                yield Stage(
                    services=services,
                    courier=courier,
                    channel=guild.create_text_channel("general"),
                    ana=guild.add_member(env.create_user("ana")),
                    bob=guild.add_member(env.create_user("bob")),
                    boss=guild.add_member(env.create_user("boss"), roles=[managers]),
                )


def _client(services: Services, post: Post) -> ChatClient:
    return ChatClient(
        services=services,
        post=post,
        live=LiveCards(services=services, post=post),
        pictures=Pictures(services),
        commands=COMMANDS,
        actions=ACTIONS,
    )


def text_of(parts: list[dict[str, Any]]) -> str:
    """All the words in these components."""
    words = []
    for part in parts:
        words += [part.get("content"), part.get("label")]
        words.append(text_of([*part.get("components", []), *filter(None, [part.get("accessory")])]))
    return "\n".join(filter(None, words))
