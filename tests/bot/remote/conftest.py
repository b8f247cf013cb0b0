"""A film at a real server, and a reader with an empty cache."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest

from bot.remote.blocks import BLOCK_BYTES
from bot.remote.reader import ProxyReader, ReadLimits, open_reader
from processing.ffmpeg import Tools, find_tools
from tests.range_server import Film, showing

#: 20 blocks, no two alike.
BODY = b"".join(number.to_bytes(4) for number in range(5 * BLOCK_BYTES))
LIMITS = ReadLimits(
    most_bytes=1 << 30, cache_bytes=1 << 30, allowed_networks=[ip_network("127.0.0.0/8")], pause_s=0.001
)


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture
async def film() -> AsyncIterator[Film]:
    async with showing(Film(BODY)) as film:
        yield film


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[ProxyReader]:
    async with open_reader(LIMITS, tmp_path / "blocks") as reader:
        yield reader


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
