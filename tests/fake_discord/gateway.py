"""Discord's gateway v10: one session a bot process, resumable, and breakable on the test's command."""

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fake_discord.events import described
from tests.fake_discord.openapi import Judge
from tests.fake_discord.payloads import guild_create_json, own_user_json
from tests.fake_discord.world import World

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
AUTHENTICATION_FAILED = 4004


@dataclass(eq=False)
class Connection:
    """A websocket, with the compression that the bot has asked for."""

    socket: web.WebSocketResponse
    request: web.Request
    compressor: Any
    closed_here: bool = False
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, payload: Json) -> None:
        async with self._turn:
            text = json.dumps({"s": None, "t": None, "d": None, **payload})
            if self.compressor is None:
                await self.socket.send_str(text)
            else:
                await self.socket.send_bytes(self.compressor(text.encode()))


@dataclass(eq=False, kw_only=True)
class Session:
    """What outlives a connection: the numbered events, sent or missed."""

    id: str
    events: list[Json] = field(default_factory=list)
    connection: Connection | None = None

    async def dispatch(self, name: str, data: Json) -> None:
        self.events.append({"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data})
        if self.connection is not None:
            await self.connection.send(self.events[-1])


class Gateway:
    """Serves the websocket. The public fields and methods are for the test."""

    def __init__(
        self,
        world: World,
        *,
        judge: Judge | None,
        report: Callable[[str], None],
        happened: Callable[[], None],
    ) -> None:
        self._world = world
        self._judge = judge
        self._report = report
        self._happened = happened
        self._connections: set[Connection] = set()
        self.session: Session | None = None
        self.accepting = True  #: when false, the upgrade is answered with 503
        self.acking = True  #: when false, heartbeats find no answer
        self.heartbeat_interval_s = 41.25
        self.attempts = 0  #: connections tried
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.presences: list[Json] = []
        self.heartbeats = 0
        self.closes: list[int | None] = []  #: the codes with which the bot closed

    @property
    def connected(self) -> bool:
        """Whether a bot listens at this moment."""
        return self.session is not None and self.session.connection is not None

    async def dispatch(self, name: str, data: Json) -> None:
        """Sends an event; a bot that is away for a moment gets it when it resumes."""
        assert self.session is not None, f"{name} with no bot to receive it: it has never identified"
        await self._send(self.session, name, data)

    async def ask_to_reconnect(self) -> None:
        """Op 7."""
        await self._current().send({"op": RECONNECT})

    async def invalidate(self, *, resumable: bool) -> None:
        """Op 9."""
        connection = self._current()
        if not resumable:
            self._forget()
        await connection.send({"op": INVALID_SESSION, "d": resumable})

    async def close(self, code: int) -> None:
        """Closes the websocket from Discord's side."""
        connection = self._current()
        connection.closed_here = True
        await connection.socket.close(code=code)

    def drop(self) -> None:
        """Cuts the TCP connection without a word."""
        transport = self._current().request.transport
        assert transport is not None
        transport.abort()

    async def stop(self) -> None:
        self.accepting = False
        for connection in list(self._connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY, drain=False)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        self._happened()
        if not self.accepting:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0, compress=False, timeout=1)
        await socket.prepare(request)
        connection = Connection(socket, request, _compressor(request.query.get("compress")))
        self._connections.add(connection)
        try:
            interval_ms = int(self.heartbeat_interval_s * 1000)
            await connection.send({"op": HELLO, "d": {"heartbeat_interval": interval_ms}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(connection, json.loads(message.data))
        except ConnectionError:
            pass
        finally:
            self._gone(connection)
        return socket

    async def _receive(self, connection: Connection, message: Json) -> None:
        op, data = message["op"], message["d"]
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.acking:
                await connection.send({"op": HEARTBEAT_ACK})
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif op == PRESENCE:
            self.presences.append(data)
        else:
            self._report(f"gateway: op {op} is not expected of this bot")
        self._happened()

    async def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies.append(data)
        if not self._authorized(data):
            await connection.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return
        self.session = session = Session(id=f"session-{len(self.identifies)}", connection=connection)
        guilds = [guild for guild in self._world.guilds.values() if guild.has_bot]
        await self._send(
            session,
            "READY",
            {
                "v": 10,
                "user": own_user_json(self._world.bot),
                "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": "wss://gateway.discord.gg",
                "application": {"id": self._world.application_id, "flags": 0},
                "private_channels": [],
            },
        )
        for guild in guilds:
            await self._send(session, "GUILD_CREATE", guild_create_json(guild, self._world.bot))

    async def _resume(self, connection: Connection, data: Json) -> None:
        self.resumes.append(data)
        session = self.session
        if not self._authorized(data):
            await connection.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return
        if session is None or session.id != data["session_id"]:
            await connection.send({"op": INVALID_SESSION, "d": False})
            return
        told = data["seq"]
        while told < len(session.events):  # more may happen while these are sent
            await connection.send(session.events[told])
            told += 1
        session.connection = connection
        await self._send(session, "RESUMED", {})

    async def _send(self, session: Session, name: str, data: Json) -> None:
        if self._judge is not None:
            for schema, value in described(name, data):
                for line in self._judge.component(schema, value):
                    self._report(f"fake's {name}: {line}")
        await session.dispatch(name, data)

    def _authorized(self, data: Json) -> bool:
        return self._world.token_is_good and data["token"] == self._world.token

    def _gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        code = connection.socket.close_code
        self.closes.append(code)
        if self.session is not None and self.session.connection is connection:
            self.session.connection = None
            if code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY) and not connection.closed_here:
                self._forget()
        self._happened()

    def _forget(self) -> None:
        """A session that is over takes its missed events along."""
        self.session = None

    def _current(self) -> Connection:
        assert self.session is not None, "no bot is connected"
        assert self.session.connection is not None, "no bot is connected"
        return self.session.connection


def _compressor(wanted: str | None) -> Callable[[bytes], bytes] | None:
    """One stream over the whole connection, each message flushed to its end."""
    if wanted is None:
        return None
    if wanted == "zlib-stream":
        stream = zlib.compressobj()
        return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    assert wanted == "zstd-stream", wanted
    from compression import zstd  # type: ignore[import-not-found]  # Python 3.14; before, zlib is asked for

    whole = zstd.ZstdCompressor()
    return lambda data: whole.compress(data, mode=whole.FLUSH_BLOCK)
