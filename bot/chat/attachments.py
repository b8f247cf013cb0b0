"""Fetches the files that users send. Their addresses die within a day, so it is done at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import discord
from yarl import URL

from bot.chat.refusals import Refused
from bot.services import Services
from processing.errors import Refusal, SourceRefused

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
TIMEOUT = aiohttp.ClientTimeout(total=900, connect=20, sock_read=60)
PIECE_BYTES = 256 * 1024


@asynccontextmanager
async def fetched(attachment: discord.Attachment, services: Services) -> AsyncIterator[Path]:
    """The file on our disk, gone at the end of the block unless somebody has moved it.

    Raises:
        SourceRefused: it is larger than this service takes.
        Refused: Discord does not have it any more.
    """
    most_bytes = services.settings.limits.upload_mb * 1_000_000
    if attachment.size > most_bytes:
        raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
    if URL(attachment.url).host not in HOSTS:
        raise Refused("attachment_gone")
    proxy = services.settings.discord.proxy or None
    with TemporaryDirectory(dir=services.scratch, prefix="attachment-") as folder:
        path = Path(folder, "source")
        await _fetch(attachment.url, path, most_bytes=most_bytes, proxy=proxy)
        yield path


async def _fetch(url: str, path: Path, *, most_bytes: int, proxy: str | None) -> None:
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as session,
        session.get(url, proxy=proxy, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise Refused("attachment_gone")
        left = most_bytes
        with path.open("wb") as file:
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                left -= len(piece)
                if left < 0:
                    raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
                file.write(piece)
