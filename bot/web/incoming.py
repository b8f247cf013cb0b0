"""Takes a request's body in: counted, signed, bounded in size and in patience; uploads go to disk."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.signatures import TOLERANCE
from bot.web.problems import Problem

JSON_BYTES = 256 * 1024
FIELD_BYTES = 4 * 1024
#: What comes before the first part and between two of them costs time by the line.
MOST_LINES = 500
PIECE_BYTES = 256 * 1024
#: The longest silence in the middle of a body.
SILENCE_S = 20.0
#: After a while a body has to have come at this rate at least.
LEAST_BYTES_S = 4 * 1024
START_S = 30.0
#: As long as a signature is good for: only the whole of a body proves who sends it.
UNPROVEN_S = TOLERANCE.total_seconds()
#: A small body has to be there as a whole by then.
JSON_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A form: a file on our disk, gone after the request, and the short texts beside it."""

    path: Path
    name: str
    fields: dict[str, str]


class Inflow:
    """The body as it comes in, in the shape that aiohttp's form reader reads from."""

    def __init__(
        self, content: StreamReader, *, at_most: int, feed: Callable[[bytes], None], is_proven: bool
    ) -> None:
        self._content = content
        self._is_proven = is_proven
        self._at_most = at_most
        self._feed = feed
        self._returned = b""
        self._began = asyncio.get_running_loop().time()
        self._got = 0
        self._lines = 0

    async def read(self, size: int) -> bytes:
        """Up to `size` bytes; empty at the end."""
        if self._returned:
            piece, self._returned = self._returned[:size], self._returned[size:]
            return piece
        return await self._taken(partial(self._content.read, size))

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        """One line with its end; lines are what a form has between its contents, so there are few of them."""
        self._lines += 1
        if self._lines > MOST_LINES:
            raise Problem(400, "invalid_input", "The form is malformed.")
        line, newline, rest = self._returned.partition(b"\n")
        if newline:
            self._returned = rest
            return line + newline
        self._returned = b""
        return line + await self._taken(partial(self._content.readline, max_line_length=max_line_length))

    def unread_data(self, data: bytes) -> None:
        """Take back what was read too far; it has been counted and signed already."""
        self._returned = data + self._returned

    def at_eof(self) -> bool:
        """Whether all of it has been read."""
        return not self._returned and self._content.at_eof()

    async def pieces(self) -> AsyncIterator[bytes]:
        """All that is left, piece by piece."""
        while piece := await self.read(PIECE_BYTES):
            yield piece

    async def _taken(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            async with asyncio.timeout(SILENCE_S):
                piece = await read()
        except TimeoutError:
            raise Problem(408, "too_slow", "The body stopped coming in.") from None
        self._got += len(piece)
        if self._got < self._least():
            raise Problem(408, "too_slow", "The body comes in too slowly.")
        if self._is_late():
            raise Problem(
                408, "too_slow", "The body took longer than a signature may; a token has all the time."
            )
        if self._got > self._at_most:
            raise Problem(413, "too_large", "The body is larger than this service takes.")
        self._feed(piece)
        return piece

    def _is_late(self) -> bool:
        took_s = asyncio.get_running_loop().time() - self._began
        return not self._is_proven and took_s > UNPROVEN_S and not self._content.at_eof()

    def _least(self) -> float:
        """What should be there by now, of a body that is still coming."""
        took_s = asyncio.get_running_loop().time() - self._began
        return 0 if took_s < START_S or self._content.at_eof() else took_s * LEAST_BYTES_S


async def small_body(inflow: Inflow) -> bytes:
    """The whole of a body that fits into memory."""
    try:
        async with asyncio.timeout(JSON_S):
            return b"".join([piece async for piece in inflow.pieces()])
    except TimeoutError:
        raise Problem(408, "too_slow", "The body took too long.") from None


@asynccontextmanager
async def upload(request: web.Request, inflow: Inflow, *, scratch: Path) -> AsyncIterator[Upload]:
    """The form of a request, read to its end; its file lies in a folder of its own."""
    if request.content_type != "multipart/form-data":
        raise Problem(400, "invalid_input", "Send multipart/form-data with the video as the part `file`.")
    with tempfile.TemporaryDirectory(dir=scratch, prefix="upload-") as folder:
        path = Path(folder, "file")
        name, fields = None, {}
        async for part in _parts(request, inflow):
            if part.name == "file" and name is None:
                name = part.filename or ""
                await _save(part, path)
            else:
                fields[part.name or ""] = await _text(part)
        async for _ in inflow.pieces():
            pass  # what comes after the form is signed, too, and wanted by nobody
        if name is None:
            raise Problem(400, "invalid_input", "file: this part is required.")
        yield Upload(path=path, name=name, fields=fields)


async def _parts(request: web.Request, inflow: Inflow) -> AsyncIterator[BodyPartReader]:
    """The parts one after the other; each has to be read before the next is asked for."""
    with _well_formed():
        # the reader asks for nothing that Inflow does not have
        reader = MultipartReader(request.headers, cast(StreamReader, inflow))
    while True:
        with _well_formed():
            part = await reader.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader):
            raise Problem(400, "invalid_input", "A form within a form is not understood.")
        yield part


async def _save(part: BodyPartReader, path: Path) -> None:
    with path.open("wb") as file:
        while piece := await _piece(part, PIECE_BYTES):
            await asyncio.to_thread(file.write, piece)


async def _text(part: BodyPartReader) -> str:
    if part.name not in ("title", "user_id"):
        raise Problem(400, "invalid_input", "The parts of the form are file, title and user_id.")
    text = await _piece(part, FIELD_BYTES)
    if not part.at_eof() and await _piece(part, FIELD_BYTES):
        raise Problem(400, "invalid_input", f"{part.name}: this is too long.")
    return text.decode("utf-8", "replace")


async def _piece(part: BodyPartReader, size: int) -> bytes:
    with _well_formed():
        return await part.read_chunk(size)


@contextmanager
def _well_formed() -> Iterator[None]:
    """Every way in which aiohttp's reader says that it does not understand a form."""
    try:
        yield
    except (ValueError, AssertionError, RuntimeError, HttpProcessingError):
        raise Problem(400, "invalid_input", "The form is malformed.") from None
