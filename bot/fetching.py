"""Fetches the file that an address names: from no private place, in bounded size and time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.addresses import Network
from bot.hops import ask, open_session
from bot.remote.blocks import answered_span
from bot.remote.origin import BUSY
from bot.sites.ytdlp import SiteLimits, Sites
from processing.errors import FetchRefused, Refusal, SourceRefused

PIECE_BYTES = 256 * 1024
COPIED_BYTES = 4 * 1024 * 1024
#: A transfer that breaks off is taken up where it broke; this many times in a row it may bring nothing new.
RESUMPTIONS = 3
#: What an attempt must have brought to be worth another: who sends less has us connect for ever.
WORTH_BYTES = 16 * 1024
#: Before a server that has become busy is asked again, doubled each time.
PAUSE_S = 0.5
_BREAKS = (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError)
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
            path = _file_below(folder.resolve(), name)
            if path is not None:
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
                    busy = transfer.begun and answer.status in BUSY
                    if not busy and await transfer.take(answer):
                        return
                await asyncio.sleep(PAUSE_S * 2**in_vain if busy and in_vain < RESUMPTIONS else 0)
            except aiohttp.ClientError as error:
                if not (transfer.begun and isinstance(error, _BREAKS)):
                    raise FetchRefused("The server cannot be understood.") from None
            # what had arrived and was not read yet is lost with the connection
            in_vain = 0 if transfer.kept >= had + WORTH_BYTES else in_vain + 1
        raise FetchRefused("The server breaks off again and again.")


def _file_below(root: Path, name: str) -> Path | None:
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # longer than a name may be, no name at all, or a loop
        return None


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
        self._size: int | None = None
        self._tag = ""
        self.begun = False

    @property
    def kept(self) -> int:
        """The bytes that need not be sent again."""
        return self._have if self._tag else 0

    def wish(self) -> dict[str, str]:
        """The headers that ask for what is still missing, as long as the file is the same."""
        if not self.kept:
            return {}
        return {"Range": f"bytes={self._have}-", "If-Range": self._tag}

    async def take(self, answer: aiohttp.ClientResponse) -> bool:
        """Write what comes. False: it was a part, and there is more."""
        size = self._size_told_of_next(answer) if answer.status == 206 else None
        if size is None:
            self._begin(answer)
        else:
            self._size = size
        self._demand_room(self._size or 0)
        with self._path.open("ab" if self._have else "wb") as file:
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                self._demand_room(self._have + len(piece))
                await asyncio.to_thread(file.write, piece)
                self._have += len(piece)
                self._on_progress(min(1.0, self._have / self._size) if self._size else 0.0)
        if self._have > (self._size or self._have):
            raise FetchRefused("The server sends more than there is.")
        return self._have == (self._size or self._have)

    def _begin(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status != 200:
            raise FetchRefused(f"The server answers {answer.status}.")
        tag = answer.headers.get("ETag", "")
        self._tag = "" if tag.startswith("W/") else tag
        self._have, self._size, self.begun = 0, answer.content_length, True

    def _size_told_of_next(self, answer: aiohttp.ClientResponse) -> int | None:
        """How large the file is; None: this is not the part of it that was asked for."""
        sent = answered_span(answer.headers.get("Content-Range", ""))
        if not self.kept or sent is None or sent[0].start != self._have:
            return None
        is_same = answer.headers.get("ETag", self._tag) == self._tag and self._size in (None, sent[1])
        return sent[1] if is_same else None

    def _demand_room(self, size: int) -> None:
        if size > self._most_bytes:
            raise SourceRefused(Refusal.TOO_LARGE_A_FILE)
