"""One file at its server: whether it can be read in parts, and any part of it while it stays the same."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import aiohttp

from bot.hops import ask
from bot.remote.blocks import BLOCK_BYTES, Span, answered_span
from processing.errors import FetchRefused, Refusal, SourceRefused
from storage.models import Remote

#: A part that breaks off is taken up where it broke, this many times.
RESUMPTIONS = 3
#: Answers of a server that may do better in a moment.
BUSY = frozenset({429, 500, 502, 503, 504})
_CHANGED = frozenset({200, 412, 416})


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The file that `remote` names. Nothing here ever says its address: it may hold a key."""

    session: aiohttp.ClientSession
    remote: Remote
    #: before a busy server is asked again, doubled each time
    pause_s: float = 0.5

    @property
    def key(self) -> str:
        """A name for this version of the file at this address, which tells nothing of either.

        The address is part of it, so that no server can pass its own bytes off as those of another.
        """
        told = f"{self.remote.url}\n{self.remote.validator}\n{self.remote.size_bytes}"
        return hashlib.sha256(told.encode()).hexdigest()

    async def read(self, span: Span) -> AsyncGenerator[bytes, None]:
        """These bytes, in pieces as they come.

        Raises:
            SourceRefused: the file has changed, or cannot be had any more.
        """
        at, why = span.start, ""
        for tried in range(RESUMPTIONS + 1):
            try:
                wanted = Span(start=at, end=span.end)
                async with await ask(self.session, self.remote.url, self._headers(wanted)) as answer:
                    if answer.status not in BUSY:
                        self._judge(answer, wanted)
                        async for piece in answer.content.iter_chunked(BLOCK_BYTES):
                            kept = piece[: span.end - at]
                            if not kept:  # more than it promised: no end to be waited for
                                return
                            at += len(kept)
                            yield kept
                        if at == span.end:
                            return
                    why = f"status {answer.status}"
            except FetchRefused as refused:
                raise SourceRefused(Refusal.GONE, str(refused)) from None
            except (aiohttp.ClientError, TimeoutError) as error:
                why = type(error).__name__
            await asyncio.sleep(self.pause_s * 2**tried if tried < RESUMPTIONS else 0)
        raise SourceRefused(Refusal.GONE, f"tried {RESUMPTIONS + 1} times; in the end: {why}")

    async def check(self) -> None:
        """Ask for one byte: is it still the same file?

        Raises:
            SourceRefused: it is not, or cannot be had any more.
        """
        async with aclosing(self.read(Span(start=0, end=1))) as pieces:
            async for _ in pieces:
                pass

    def _headers(self, span: Span) -> dict[str, str]:
        return {"Range": f"bytes={span.start}-{span.end - 1}", "If-Range": self.remote.validator}

    def _judge(self, answer: aiohttp.ClientResponse, asked: Span) -> None:
        if answer.status in _CHANGED:
            raise SourceRefused(Refusal.CHANGED, f"status {answer.status}")
        if answer.status != 206:
            raise SourceRefused(Refusal.GONE, f"status {answer.status}")
        sent = answered_span(answer.headers.get("Content-Range", ""))
        if sent is None or sent[0] != asked or is_packed(answer):
            raise SourceRefused(Refusal.GONE, "another range than the one that was asked for")
        if sent[1] != self.remote.size_bytes or validator(answer) not in ("", self.remote.validator):
            raise SourceRefused(Refusal.CHANGED, f"now {sent[1]} bytes")


async def inspect(session: aiohttp.ClientSession, url: str) -> Remote | None:
    """What can be read in parts at that address; None: nothing, so it must be fetched whole.

    A server that knows ranges is taken at its word only when it can also send the last byte that it told of.
    """
    try:
        async with await ask(session, url, {"Range": "bytes=0-0"}) as answer:
            sent = answered_span(answer.headers.get("Content-Range", ""))
            mark = validator(answer)
            if answer.status != 206 or sent is None or len(sent[0]) != 1 or not mark or is_packed(answer):
                return None
        remote = Remote(url=url, validator=mark, size_bytes=sent[1])
        last = Span(start=remote.size_bytes - 1, end=remote.size_bytes)
        async with aclosing(Origin(session=session, remote=remote).read(last)) as pieces:
            return remote if [piece async for piece in pieces] else None
    except (FetchRefused, SourceRefused, aiohttp.ClientError, TimeoutError):
        return None


def validator(answer: aiohttp.ClientResponse) -> str:
    """What tells this version of the file from others: a strong ETag, else the time of its last change."""
    tag = answer.headers.get("ETag", "")
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")


def is_packed(answer: aiohttp.ClientResponse) -> bool:
    """Whether the bytes are not those of the file."""
    return answer.headers.get("Content-Encoding", "identity") != "identity"
