"""A real HTTP server on loopback with one file, which can be read in parts; it misbehaves as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

PIECE_BYTES = 16 * 1024


@dataclass
class Film:
    """The file, what was asked of it, and how its server misbehaves."""

    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"one"'})
    #: the `Range` header of each request
    asked: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    knows_ranges: bool = True
    #: what it claims in place of its true size
    claims: int | None = None
    #: so many bytes beside what was asked
    shift: int = 0
    #: for each of the next answers: hang up after so many bytes
    cuts: list[int] = field(default_factory=list)
    #: for each of the next answers: only this status
    statuses: list[int] = field(default_factory=list)
    #: for every answer: go there
    location: str = ""
    #: from this byte on, wait for the gate
    gate_at: int | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_gate: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("Range", ""))
        if self.location:
            return web.Response(status=302, headers={"Location": self.location})
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        start, end = self._wanted(request)
        if start >= end:
            return web.Response(status=416)
        part = self.body[start + self.shift : end + self.shift]
        headers = dict(self.headers)
        partial = self.knows_ranges and self.asked[-1] and not self._is_stale(request)
        if partial:
            size = self.claims or len(self.body)
            headers["Content-Range"] = f"bytes {start + self.shift}-{end + self.shift - 1}/{size}"
        headers["Content-Length"] = str(end - start)
        response = web.StreamResponse(status=206 if partial else 200, headers=headers)
        await response.prepare(request)
        await self._send(request, response, part, start)
        return response

    def _is_stale(self, request: web.Request) -> bool:
        mark = request.headers.get("If-Range")
        return mark is not None and mark not in self.headers.values()

    def _wanted(self, request: web.Request) -> tuple[int, int]:
        wish = request.headers.get("Range", "").removeprefix("bytes=")
        if not wish or not self.knows_ranges or self._is_stale(request):
            return 0, len(self.body)
        first, _, last = wish.partition("-")
        return int(first), min(len(self.body), int(last) + 1 if last else len(self.body))

    async def _send(
        self, request: web.Request, response: web.StreamResponse, part: bytes, start: int
    ) -> None:
        cut = self.cuts.pop(0) if self.cuts else None
        for at in range(0, len(part), PIECE_BYTES):
            piece = part[at : at + PIECE_BYTES]
            if self.gate_at is not None and start + at + len(piece) > self.gate_at:
                self.at_gate.set()
                await self.gate.wait()
            if cut is not None and at + len(piece) > cut:
                await response.write(piece[: cut - at])
                self.sent_bytes += cut - at
                assert request.transport is not None
                request.transport.close()
                return
            await response.write(piece)
            self.sent_bytes += len(piece)


@asynccontextmanager
async def showing(film: Film, name: str = "film.mp4") -> AsyncIterator[Film]:
    """The film at its address."""
    app = web.Application()
    app.router.add_get(f"/{name}", film.answer)
    async with TestServer(app) as server:
        film.url = str(server.make_url(f"/{name}?key=secret"))
        yield film
