"""Builds the HTTP face and lets it answer on a socket."""

import asyncio
import socket
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, web
from aiohttp.typedefs import Handler

from bot.services import Services
from bot.web import (
    deliveries,
    docs,
    exports,
    health,
    intakes,
    metrics,
    orders,
    pages,
    pictures,
    scenes,
    videos,
    watching,
)
from bot.web.cross_origin import cross_origin, mark
from bot.web.downloads import download
from bot.web.keys import (
    CLOSING,
    CONDITIONS,
    DOCUMENT,
    IN_FLIGHT,
    METRICS,
    POSTERS,
    ROOM,
    SERVICES,
    UNPROVEN,
)
from bot.web.metrics import counted
from bot.web.openapi import document
from bot.web.patience import Patience, listening
from bot.web.posters import Posters
from bot.web.problems import problems
from bot.web.request_figures import RequestFigures
from bot.web.room import Room, beside_the_work
from bot.web.routes import Route, served

#: How long answers that are under way are given when the face closes.
CLOSING_S = 5.0
#: Two for each address, so that one that sends what it cannot prove keeps no other out.
UNPROVEN_AT_ONCE = 4

ROUTES: tuple[Route, ...] = (
    *videos.ROUTES,
    *scenes.ROUTES,
    *intakes.ROUTES,
    *pictures.ROUTES,
    *orders.ROUTES,
    *exports.ROUTES,
    *watching.ROUTES,
    *deliveries.ROUTES,
)

#: Those that need no client: a link is its own proof.
OPEN_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    *pages.ROUTES,
    *docs.ROUTES,
    ("GET", "/d/{token}", download),
    *health.ROUTES,
    *metrics.ROUTES,
)


def application(
    services: Services, *, conditions: Mapping[str, Callable[[], bool]] | None = None
) -> web.Application:
    """The HTTP face of these services. It calls itself ready only while every condition holds."""
    _heed_no_warnings_of_callers()
    app = web.Application(middlewares=[counted, cross_origin, problems])
    app[SERVICES] = services
    app[IN_FLIGHT] = set()
    app[UNPROVEN] = Room(UNPROVEN_AT_ONCE)
    app[CONDITIONS] = conditions or {}
    app[ROOM] = Room(beside_the_work(services.settings.service.connections))
    app[METRICS] = RequestFigures(app[ROOM])
    app[POSTERS] = Posters(services)
    app[DOCUMENT] = document(ROUTES, base_url=services.base_url)
    app[CLOSING] = asyncio.Event()
    app.on_response_prepare.extend((mark, _name))
    app.on_shutdown.append(_let_go)
    for route in ROUTES:
        _add(app, route.method, route.path, served(route))
    for method, path, handler in OPEN_ROUTES:
        _add(app, method, path, handler)
    return app


@asynccontextmanager
async def serving(
    app: web.Application,
    listener: socket.socket,
    patience: Patience = Patience(),  # noqa: B008 - a frozen value
) -> AsyncIterator[None]:
    """Answer on that socket while the block runs."""
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=CLOSING_S,
        keepalive_timeout=patience.between_s,
        lingering_time=patience.refused_s,
    )
    await runner.setup()
    try:
        async with listening(runner, listener, patience, app[ROOM]):
            yield
    finally:
        await runner.cleanup()


def _heed_no_warnings_of_callers() -> None:
    """aiohttp warns of malformed headers of a form, and Python prints and keeps each new text: a caller's."""
    for kind in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.simplefilter("ignore", kind)


async def _name(_: web.Request, response: web.StreamResponse) -> None:
    """Say who answers, and not on which versions of what."""
    response.headers["Server"] = "Cutdown"


async def _let_go(app: web.Application) -> None:
    app[CLOSING].set()
    app[SERVICES].board.ring()


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    if method == "GET":
        app.router.add_get(path, handler)  # which answers HEAD, too
    else:
        app.router.add_route(method, path, handler)
