"""Ends connections on which nobody gets on: a head that never ends, an answer that nobody takes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from aiohttp import web

from bot.web.refusal import Refusal
from bot.web.room import Room, host_of

#: Longer than any head that aiohttp takes.
HEAD_BYTES = 64 * 1024
#: So many may wait to be taken.
BACKLOG = 1024


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long is waited for what, in seconds."""

    head_s: float = 15.0
    between_s: float = 30.0  #: from one request to the next
    refused_s: float = 2.0  #: for the rest of a body that is not wanted any more, so that the refusal is read
    unread_s: float = 60.0  #: a player that was paused for longer asks for the rest by Range


class Patient(asyncio.Protocol):
    """Stands between a connection and aiohttp until the first head is whole; afterwards it only passes on.

    aiohttp minds the time between requests, and we that of bodies; nobody else minds this one.
    """

    def __init__(self, inner: asyncio.Protocol, patience: Patience, room: Room) -> None:
        self._inner = inner
        self._patience = patience
        self._room = room
        self._host = ""
        self._head: bytes | None = b""
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to wait, where there is room."""
        connection = cast(asyncio.Transport, transport)
        peer = connection.get_extra_info("peername")
        host = host_of(peer[0]) if peer else ""  # one that is gone already has none
        if not self._room.enter(host):
            refusal = Refusal(self._room, wait_s=self._patience.refused_s)
            connection.set_protocol(refusal)
            refusal.connection_made(connection)
            return
        self._host = host
        _give_up_on_the_unread(connection, self._patience.unread_s)
        self._alarm = asyncio.get_running_loop().call_later(self._patience.head_s, connection.abort)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass it on, and see whether the head is whole."""
        if self._head is not None:
            self._head = (self._head + data).lstrip(b"\r\n")[:HEAD_BYTES]
            if b"\r\n\r\n" in self._head:
                self._head = None
                self._rest()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on, and wait no more."""
        self._room.leave(self._host)
        self._rest()
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._inner.resume_writing()

    def _rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()


@asynccontextmanager
async def listening(
    runner: web.AppRunner, listener: socket.socket, patience: Patience, room: Room
) -> AsyncIterator[None]:
    """Take connections from that socket while the block runs."""
    handlers = runner.server
    assert handlers is not None
    server = await asyncio.get_running_loop().create_server(
        lambda: Patient(handlers(), patience, room), sock=listener, backlog=BACKLOG
    )
    try:
        yield
    finally:
        server.close()


def _give_up_on_the_unread(connection: asyncio.Transport, seconds: float) -> None:
    """Where the kernel can: it ends a connection whose other side takes nothing for so long."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        end = connection.get_extra_info("socket")
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
