"""Servers that send more than was asked for, and that lie about what they have."""

import re
from contextlib import suppress

import aiohttp
import pytest

from bot.remote.blocks import BLOCK_BYTES
from bot.remote.reader import ProxyReader
from processing.errors import SourceRefused
from processing.source import Loopback
from tests.bot.remote.conftest import BODY
from tests.raw_server import Saying, head, saying

PARTIAL = "206 Partial Content"
NOTHING = {"content_length": 0, "etag": '"one"'}


def ranged(asked: str, *, more: bytes = b"", length: int | None = None, size: int = len(BODY)) -> bytes:
    """The part that is asked for; with more behind it, or another length told (0: none)."""
    first, last = map(int, re.findall(r"bytes=(\d+)-(\d+)", asked)[0])
    if first >= len(BODY):
        return head("416 Range Not Satisfiable", content_length=0)
    told = {} if length == 0 else {"content_length": length or last + 1 - first}
    start = head(PARTIAL, content_range=f"bytes {first}-{last}/{size}", etag='"one"', **told)
    return start + BODY[first : last + 1] + more


async def part(http: aiohttp.ClientSession, source: Loopback, at: int) -> bytes:
    async with http.get(source.url, headers={"Range": f"bytes={at}-{at + 999}"}) as answer:
        answer.raise_for_status()
        return await answer.read()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda asked: ranged(asked, more=b"x" * 9_000_000, length=1 << 40), id="as-it-told"),
        pytest.param(lambda asked: ranged(asked, more=b"x" * 9_000_000, length=0), id="without-a-length"),
    ],
)
async def test_of_a_server_that_sends_more_than_was_asked_for_no_more_is_taken(
    reader: ProxyReader, http: aiohttp.ClientSession, answer: Saying
) -> None:
    async with saying(answer) as url:
        remote = await reader.inspect(url)
        assert remote is not None
        async with reader.open(remote) as source:
            for at in (0, 10 * BLOCK_BYTES, 15 * BLOCK_BYTES):
                assert await part(http, source, at) == BODY[at : at + 1000]


async def test_what_comes_behind_the_end_of_an_answer_is_never_taken_for_the_next_one(
    reader: ProxyReader, http: aiohttp.ClientSession
) -> None:
    """Whether it is refused, or asked for once more on another connection: no byte of it comes through."""
    behind = b""

    def answer(asked: str) -> bytes:
        return ranged(asked, more=behind)

    async with saying(answer) as url:
        remote = await reader.inspect(url)
        assert remote is not None
        behind = b"x" * 100_000
        with suppress(SourceRefused, aiohttp.ClientError):
            async with reader.open(remote) as source:
                for at in range(0, len(BODY) - 1000, 3 * BLOCK_BYTES):
                    assert await part(http, source, at) == BODY[at : at + 1000]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda asked: ranged(asked, size=1 << 50), id="of-a-size-that-it-has-not"),
        pytest.param(lambda asked: head(PARTIAL, content_range="bytes 0-0/x", **NOTHING), id="of-no-size"),
        pytest.param(lambda asked: head(PARTIAL, **NOTHING), id="of-no-range"),
        pytest.param(lambda asked: b"SSH-2.0-OpenSSH_9.9\r\n\r\n", id="no-http"),
    ],
)
async def test_who_lies_about_ranges_from_the_start_is_not_believed(
    reader: ProxyReader, answer: Saying
) -> None:
    async with saying(answer) as url:
        assert await reader.inspect(url) is None
