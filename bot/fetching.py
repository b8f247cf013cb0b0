"""Fetches the file that an address names: from no private place, in bounded size and time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.addresses import Network
from bot.hops import ask, open_session
from bot.sites.ytdlp import SiteLimits, Sites
from processing.errors import FetchRefused, Refusal, SourceRefused

PIECE_BYTES = 256 * 1024
COPIED_BYTES = 4 * 1024 * 1024
#: A transfer that breaks off is taken up where it broke; this many times in a row it may bring nothing new.
RESUMPTIONS = 3
#: What an attempt must have brought to be worth another: who sends less has us connect for ever.
WORTH_BYTES = 16 * 1024
#: How a file below one of the configured folders is written: `folder:holiday/beach.mp4`.
FOLDER = "folder:"


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """The bounds that an operator sets."""

    most_bytes: int
    timeout_s: float
    allowed_networks: Sequence[Network] = ()
    folders: Sequence[Path] = ()
    #: whose pages are handed to yt-dlp
    site_hosts: Sequence[str] = ()


@asynccontextmanager
async def open_fetcher(limits: FetchLimits) -> AsyncIterator["Fetcher"]:
    """A fetcher with connections of its own, closed at the end."""
    # one file a connection: what a server sends behind its end is not to be read as the next answer
    async with open_session(limits.allowed_networks, used_again=False) as session:
        yield Fetcher(session, limits)


class Fetcher:
    """Brings files by HTTP, and from the folders that the operator has opened."""

    def __init__(self, session: aiohttp.ClientSession, limits: FetchLimits) -> None:
        self._session = session
        self._limits = limits
        self._sites = Sites(
            SiteLimits(
                hosts=limits.site_hosts,
                most_bytes=limits.most_bytes,
                timeout_s=limits.timeout_s,
                allowed_networks=limits.allowed_networks,
            )
        )

    async def __call__(self, url: str, path: Path, *, on_progress: Callable[[float], None]) -> None:
        """Write the file to `path`; `on_progress` hears which part of it is here, 0 to 1.

        Raises:
            FetchRefused: it cannot be had; the message says why.
            SourceRefused: it is larger than this service takes.
        """
        if url.startswith(FOLDER):
            await _copy(self._shared(url.removeprefix(FOLDER)), path, on_progress)
            return
        if self._sites.knows(url):
            await self._sites.fetch(url, path, on_progress=on_progress)
            return
        transfer = _Transfer(path, most_bytes=self._limits.most_bytes, on_progress=on_progress)
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                await self._bring(url, transfer)
        except TimeoutError:
            raise FetchRefused("The server takes too long to send the file.") from None

    def _shared(self, name: str) -> Path:
        for folder in self._limits.folders:
            root = folder.resolve()
            path = (root / name).resolve()
            if path.is_relative_to(root) and path.is_file():
                if path.stat().st_size > self._limits.most_bytes:
                    raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
                return path
        raise FetchRefused("There is no such file in the folders that are shared.")

    async def _bring(self, url: str, transfer: "_Transfer") -> None:
        in_vain = 0
        while in_vain <= RESUMPTIONS:
            had = transfer.kept
            try:
                async with await ask(self._session, url, transfer.wish()) as answer:
                    await transfer.take(answer)
                return
            except aiohttp.ClientPayloadError:
                # what had arrived and was not read yet is lost with the connection
                in_vain = 0 if transfer.kept >= had + WORTH_BYTES else in_vain + 1
            except aiohttp.ClientError:
                raise FetchRefused("The server cannot be understood.") from None
        raise FetchRefused("The server breaks off again and again.")


async def _copy(source: Path, path: Path, on_progress: Callable[[float], None]) -> None:
    """Piece by piece: a thread that copies all of a film could not be called off."""
    whole = source.stat().st_size
    with source.open("rb") as origin, path.open("wb") as copy:
        while piece := await asyncio.to_thread(origin.read, COPIED_BYTES):
            await asyncio.to_thread(copy.write, piece)
            on_progress(min(1.0, copy.tell() / whole))


class _Transfer:
    """A file on its way in, which may come in several pieces."""

    def __init__(self, path: Path, *, most_bytes: int, on_progress: Callable[[float], None]) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._on_progress = on_progress
        self._have = 0
        self._tag = ""

    @property
    def kept(self) -> int:
        """The bytes that need not be sent again."""
        return self._have if self._tag else 0

    def wish(self) -> dict[str, str]:
        """The headers that ask for what is still missing, as long as the file is the same."""
        if not self.kept:
            return {}
        return {"Range": f"bytes={self._have}-", "If-Range": self._tag}

    async def take(self, answer: aiohttp.ClientResponse) -> None:
        goes_on = answer.status == 206 and self._goes_on(answer)
        if answer.status != 200 and not goes_on:
            raise FetchRefused(f"The server answers {answer.status}.")
        self._have = self._have if goes_on else 0
        tag = answer.headers.get("ETag", "")
        self._tag = "" if tag.startswith("W/") else tag
        whole = self._have + (answer.content_length or 0)
        self._demand_room(whole)
        with self._path.open("ab" if goes_on else "wb") as file:
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                self._demand_room(self._have + len(piece))
                await asyncio.to_thread(file.write, piece)
                self._have += len(piece)
                self._on_progress(self._have / whole if answer.content_length else 0.0)

    def _goes_on(self, answer: aiohttp.ClientResponse) -> bool:
        return answer.headers.get("Content-Range", "").startswith(f"bytes {self._have}-")

    def _demand_room(self, size: int) -> None:
        if size > self._most_bytes:
            raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
