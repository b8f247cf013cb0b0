"""Builds the HTTP face and lets it answer on a socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.services import Services
from bot.web import exports, orders, scenes, videos, watching
from bot.web.downloads import download
from bot.web.health import healthz
from bot.web.keys import CLOSING, IN_FLIGHT, SERVICES
from bot.web.problems import problems
from bot.web.routes import Route, served

#: How long answers that are under way are given when the face closes.
CLOSING_S = 5.0

ROUTES: tuple[Route, ...] = (
    *videos.ROUTES,
    *scenes.ROUTES,
    *orders.ROUTES,
    *exports.ROUTES,
    *watching.ROUTES,
)


def application(services: Services) -> web.Application:
    """The HTTP face of these services."""
    app = web.Application(middlewares=[problems])
    app[SERVICES] = services
    app[IN_FLIGHT] = set()
    app[CLOSING] = asyncio.Event()
    app.on_shutdown.append(_let_go)
    for route in ROUTES:
        _add(app, route)
    app.router.add_get("/d/{token}", download)
    app.router.add_get("/healthz", healthz)
    return app


@asynccontextmanager
async def serving(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
    """Answer on that socket while the block runs."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=CLOSING_S)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield
    finally:
        await runner.cleanup()


async def _let_go(app: web.Application) -> None:
    app[CLOSING].set()
    app[SERVICES].board.ring()


def _add(app: web.Application, route: Route) -> None:
    if route.method == "GET":
        app.router.add_get(route.path, served(route))
    else:
        app.router.add_route(route.method, route.path, served(route))
