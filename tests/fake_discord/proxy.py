"""An HTTP CONNECT proxy that leads Discord's host names to the fake and everything else nowhere."""

import asyncio
import contextlib
from collections.abc import Callable

HOSTS = frozenset({"discord.com", "gateway.discord.gg", "cdn.discordapp.com"})
LAST_WORDS_S = 1


class Proxy:
    """Listens on loopback. A wish for any other place is refused with 403 and reported."""

    def __init__(self, *, report: Callable[[str], None]) -> None:
        self.target_port = 0
        self._report = report
        self._pipes: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.url = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Lets the last answers through, then cuts what is still open."""
        assert self._server is not None
        self._server.close()
        if self._pipes:
            _, still_open = await asyncio.wait(set(self._pipes), timeout=LAST_WORDS_S)
            for pipe in still_open:
                pipe.cancel()
            await asyncio.gather(*still_open, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Starts a task of our own: a coroutine here would be one that Python 3.11 cannot cancel quietly."""
        pipe = asyncio.create_task(self._carry(reader, writer))
        self._pipes.add(pipe)
        pipe.add_done_callback(self._pipes.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._connect(reader, writer)
        finally:
            await _shut(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, *_ = head.decode("latin-1").split()
        host, _, port = target.rpartition(":")
        if method != "CONNECT" or host not in HOSTS or port != "443":
            self._report(f"proxy: {method} {target} is not Discord")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _pipe_both(reader, writer, far_reader, far_writer)
        finally:
            await _shut(far_writer)


async def _pipe_both(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Carries bytes until one side is done; then the other is done as well."""
    pipes = [
        asyncio.create_task(_pipe(reader, far_writer)),
        asyncio.create_task(_pipe(far_reader, writer)),
    ]
    try:
        await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pipe in pipes:
            pipe.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()


async def _shut(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
