"""The house on a wire: its client logs in to the fake Discord, over real sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.chat.client import ChatClient
from tests.bot.chat.house import House, opened
from tests.fake_discord import FakeDiscord


@asynccontextmanager
async def connected(folder: Path, discord: FakeDiscord, **limits: Any) -> AsyncIterator[House]:
    """The bot in this process, at the fake's gateway."""
    async with opened(folder, proxy=discord.proxy_url, **limits) as house:
        believe(house.client, discord)
        session = asyncio.create_task(house.client.start(discord.token))
        try:
            await discord.ready()
            yield house
        finally:
            await house.client.close()
            await asyncio.gather(session, return_exceptions=True)


def believe(client: ChatClient, discord: FakeDiscord) -> None:
    """Where it would make a connector of its own, with the certificates of the machine."""
    trust = ssl.create_default_context(cafile=str(discord.ca_file))
    client.http.connector = aiohttp.TCPConnector(ssl=trust)


async def at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """In place of the five seconds that discord.py waits before it identifies again."""
