"""A forward proxy on loopback for one child: it reaches what we may reach, and so many bytes of it."""

import asyncio
import base64
import hmac
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.addresses import AddressRefused, Network, guarded, is_public

HEAD_BYTES = 64 * 1024
PIECE_BYTES = 64 * 1024
PATIENCE_S = 30.0
#: Headers that are between a client and its proxy.
_OURS = ("proxy-", "connection:", "keep-alive:")


class Egress:
    """Passes on what one child asks for; each connection is judged by the address that it really reaches."""

    def __init__(self, *, most_bytes: int, allowed_networks: Sequence[Network]) -> None:
        self._left = most_bytes
        self._allowed = allowed_networks
        self._word = secrets.token_urlsafe(24)
        self.refused = False  #: something asked for a private address
        self.exhausted = False  #: more came in than may

    def url(self, port: int) -> str:
        """The address of this proxy, with the word that opens it: others on this machine are not let in."""
        return f"http://cutdown:{self._word}@127.0.0.1:{port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the child, to its end."""
        with closing(writer):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    if not self._is_known(head):
                        writer.write(
                            b"HTTP/1.1 407 Proxy Authentication Required\r\nConnection: close\r\n\r\n"
                        )
                        return
                    far_reader, far_writer = await self._reach(head, writer)
            except AddressRefused:
                self.refused = True
                writer.write(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n")
                return
            except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n")
                return
            with closing(far_writer):
                await self._between(reader, writer, far_reader, far_writer)

    async def _reach(
        self, head: str, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        method, target, version = head.split("\r\n", 1)[0].split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        if not parts.hostname or (method != "CONNECT" and parts.scheme != "http"):
            raise ValueError("no address to reach")
        reached = await self._connection(parts.hostname, parts.port or 80)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = parts._replace(scheme="", netloc="").geturl() or "/"
            lines = [line for line in head.split("\r\n")[1:-2] if not line.lower().startswith(_OURS)]
            request = [f"{method} {path} {version}", *lines, "Connection: close", "", ""]
            reached[1].write("\r\n".join(request).encode("latin-1"))
        return reached

    async def _connection(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        public = [one for one in found if is_public(ip_address(one[4][0]), allowed=self._allowed)]
        for info in public or found[:1]:
            # raises where the address is private: the connection goes to what was judged, not to a name
            connection = guarded(self._allowed)(info)
            connection.setblocking(False)
            try:
                await loop.sock_connect(connection, info[4])
            except OSError:
                connection.close()
                continue
            return await asyncio.open_connection(sock=connection)
        raise OSError("no address of it answers")

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        """Pass on until the far side is done; what the child says meanwhile goes the other way."""
        up = asyncio.ensure_future(self._pass_on(reader, far_writer, counted=False))
        try:
            await self._pass_on(far_reader, writer, counted=True)
        finally:
            up.cancel()
            await asyncio.gather(up, return_exceptions=True)

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        try:
            while piece := await source.read(PIECE_BYTES):
                if counted:
                    self._left -= len(piece)
                    if self._left < 0:
                        self.exhausted = True
                        return
                sink.write(piece)
                await sink.drain()
        except OSError:
            return

    def _is_known(self, head: str) -> bool:
        wanted = "Basic " + base64.b64encode(f"cutdown:{self._word}".encode()).decode()
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "proxy-authorization":
                return hmac.compare_digest(value.strip().encode("latin-1"), wanted.encode())
        return False


@asynccontextmanager
async def opened(egress: Egress) -> AsyncIterator[str]:
    """The proxy's address, for as long as the block runs; with it, every connection ends."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await egress.serve(reader, writer)
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=HEAD_BYTES)
    try:
        yield egress.url(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
