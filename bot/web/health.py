"""Answers those who watch the service."""

from aiohttp import web


async def healthz(request: web.Request) -> web.Response:
    """The process is alive and its loop turns."""
    return web.json_response({"status": "ok"})
