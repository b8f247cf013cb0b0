"""Answers those who watch the service: is it alive, and could it do its work."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.services import Services
from bot.web.keys import CONDITIONS, SERVICES

log = structlog.get_logger()

#: Less than this is too little for one source and its short.
LEAST_FREE_BYTES = 2 * 1000**3
#: A check that takes longer has not passed.
PATIENCE_S = 5.0
NOTE = "readyz"
KEY = "readyz/probe"


class NotReady(Exception):
    """What is wrong, in words for the operator's log."""


async def healthz(request: web.Request) -> web.Response:
    """The process is alive and its loop turns."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Whether everything is there that an export needs. The reasons go to the log, not to the outside."""
    services = request.app[SERVICES]
    results = {name: await _passes(name, check, services) for name, check in CHECKS.items()}
    results |= {name: holds() for name, holds in request.app[CONDITIONS].items()}
    return web.json_response(
        {"status": "ok" if all(results.values()) else "not ready", "checks": results},
        status=200 if all(results.values()) else 503,
        headers={"Cache-Control": "no-store"},
    )


async def _passes(name: str, check: Callable[[Services], Awaitable[None]], services: Services) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await check(services)
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
        log.warning("not ready", check=name, error=f"{type(error).__name__}: {error}")
        return False
    return True


async def _database(services: Services) -> None:
    """A whole write, since reading works from a file that is full, too."""
    await services.notes.put(NOTE, services.now().isoformat())


async def _ffmpeg(services: Services) -> None:
    for program in (services.tools.ffmpeg, services.tools.ffprobe):
        if not os.access(program, os.X_OK):
            raise NotReady(f"{program.name} cannot be started")
    if services.tools.lacking:
        raise NotReady(f"ffmpeg lacks {', '.join(sorted(services.tools.lacking))}")


async def _storage(services: Services) -> None:
    with tempfile.TemporaryDirectory(dir=services.scratch) as folder:
        path = Path(folder, "probe")
        path.touch()
        await services.files.put(KEY, path)
    await services.files.delete(KEY)


async def _disk(services: Services) -> None:
    if (free := shutil.disk_usage(services.scratch).free) < LEAST_FREE_BYTES:
        raise NotReady(f"only {free} bytes are free")


CHECKS: Mapping[str, Callable[[Services], Awaitable[None]]] = {
    "database": _database,
    "ffmpeg": _ffmpeg,
    "storage": _storage,
    "disk": _disk,
}
ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/healthz", healthz), ("GET", "/readyz", readyz))
