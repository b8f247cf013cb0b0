"""The loopback address that ffmpeg reads a remote file from: one for each opened source, gone with it."""

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from hmac import compare_digest

from aiohttp import web

from bot.remote.blocks import Span, asked_span
from bot.remote.reading import Reading
from processing.errors import SourceRefused
from processing.source import BUFFER_BYTES

GRACE_S = 0.05


@asynccontextmanager
async def serving(reading: Reading) -> AsyncIterator[str]:
    """The address at which the file can be read, in ranges, until the block is left.

    It is a secret, so that other programs of this machine cannot read along.
    """
    token = secrets.token_urlsafe(32)
    app = web.Application()
    # GET brings HEAD with it, and everything else is refused
    app.router.add_get("/{token}", partial(_answer, reading=reading, token=token))
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        # who hangs up waits for no block any more, and at the end nobody is waited for
        handler_cancellation=True,
        shutdown_timeout=GRACE_S,
    )
    await runner.setup()
    try:
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        await web.SockSite(runner, listener).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/{token}"
    finally:
        await runner.cleanup()


async def _answer(request: web.Request, *, reading: Reading, token: str) -> web.StreamResponse:
    if not compare_digest(request.match_info["token"].encode(), token.encode()):
        raise web.HTTPNotFound
    if reading.trouble is not None:
        raise web.HTTPBadGateway
    asked = request.headers.get("Range")
    span = asked_span(asked, reading.size)
    if span is None:
        raise web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{reading.size}"})
    response = web.StreamResponse(status=206 if asked else 200, headers={"Accept-Ranges": "bytes"})
    if asked:
        response.headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{reading.size}"
    response.content_type = "application/octet-stream"
    response.content_length = len(span)
    await response.prepare(request)
    if request.method == "GET":
        # the reader may hang up at any time, and does so whenever it goes to another place
        with suppress(ConnectionError):
            await _send(request, response, reading, span)
    return response


async def _send(request: web.Request, response: web.StreamResponse, reading: Reading, span: Span) -> None:
    try:
        async with aclosing(reading.pieces(span)) as pieces:
            async for piece in pieces:
                await response.write(piece)
    except SourceRefused:
        # what is missing must not look like an end
        if request.transport is not None:
            request.transport.abort()
