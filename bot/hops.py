"""Asks an address that a user has named: at no private place, each redirect judged like the first."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from bot.addresses import AddressRefused, Network, guarded
from processing.errors import FetchRefused

#: A server that says nothing for so long has gone.
SILENCE_S = 30.0
REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})


@asynccontextmanager
async def open_session(
    allowed_networks: Sequence[Network], *, used_again: bool = True
) -> AsyncIterator[aiohttp.ClientSession]:
    """Connections to public addresses and those networks alone, closed at the end."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guarded(allowed_networks), force_close=not used_again),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S),
        # a packed answer could be a thousand times as large when it is unpacked
        headers={"User-Agent": "Cutdown", "Accept-Encoding": "identity"},
        auto_decompress=False,
        trust_env=False,
    ) as session:
        yield session


async def ask(session: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
    """The first answer that is no redirect; whoever takes it closes it.

    Raises:
        FetchRefused: there is none to be had; the message says why.
        aiohttp.ClientError: the connection broke, or the answer makes no sense.
    """
    try:
        return await _followed(session, URL(url), headers)
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, AddressRefused):
            raise FetchRefused("The address is not public.") from None
        raise FetchRefused("The server cannot be reached.") from None
    except ValueError:
        raise FetchRefused("The address cannot be understood.") from None


async def _followed(
    session: aiohttp.ClientSession, url: URL, headers: Mapping[str, str]
) -> aiohttp.ClientResponse:
    for _ in range(REDIRECTS + 1):
        if url.scheme not in ("http", "https") or url.user is not None or not url.host:
            raise FetchRefused("The address must be http:// or https://, without a user's name in it.")
        answer = await session.get(url, headers=headers, allow_redirects=False)
        if answer.status not in _MOVED:
            return answer
        answer.close()
        url = url.join(URL(answer.headers.get("Location", "")))
    raise FetchRefused("The address leads from one place to another without an end.")
