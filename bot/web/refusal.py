"""Says to a connection for which there is no room that it is so."""

import asyncio
import json
from typing import cast

from bot.web.problems import Problem, document
from bot.web.room import Room

#: So many are told why at a time; who comes in a flood is only hung up on.
TOLD_AT_ONCE = 128

_SAID = json.dumps(document(Problem(503, "too_many_connections", "Too many connections are open."))).encode()
ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nServer: Cutdown\r\nContent-Type: application/problem+json\r\n"
    b"Content-Length: %d\r\nRetry-After: 10\r\nConnection: close\r\n\r\n%b" % (len(_SAID), _SAID)
)


class Refusal(asyncio.Protocol):
    """Says why to one for whom there is no room, and hangs up when that was read, or soon."""

    def __init__(self, room: Room, *, wait_s: float) -> None:
        self._room = room
        self._wait_s = wait_s
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say it."""
        connection = cast(asyncio.Transport, transport)
        if self._room.telling >= TOLD_AT_ONCE:
            connection.abort()
            return
        self._room.telling += 1
        self._alarm = asyncio.get_running_loop().call_later(self._wait_s, connection.abort)
        connection.write(ANSWER)
        connection.write_eof()  # closing at once would take the answer back from who is still sending

    def connection_lost(self, exc: Exception | None) -> None:
        """Have time for the next."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._room.telling -= 1
