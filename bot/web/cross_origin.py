"""Lets pages of the origins that the operator has named call the HTTP face from a browser (CORS)."""

from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web.keys import SERVICES

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Range, "
    "webhook-id, webhook-timestamp, webhook-signature"
)
EXPOSED = "Accept-Ranges, Content-Range, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After"
REMEMBERED_S = 3600


@web.middleware
async def cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a browser's question beforehand, and mark every answer that it may show."""
    origin = request.headers.get("Origin")
    allowed = request.app[SERVICES].settings.service.allowed_origins
    if origin is None or not _may(origin, allowed):
        return await handler(request)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return web.Response(
            status=204,
            headers={
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Allow-Headers": HEADERS,
                "Access-Control-Max-Age": str(REMEMBERED_S),
            },
        )
    return await handler(request)


async def mark(request: web.Request, response: web.StreamResponse) -> None:
    """A signal, not a middleware: an answer that is sent in pieces has left before a middleware sees it."""
    origin, allowed = request.headers.get("Origin"), request.app[SERVICES].settings.service.allowed_origins
    if allowed:  # to those without an origin, too: whoever keeps the answer must not give it to the others
        response.headers["Vary"] = "Origin"
    if origin is not None and _may(origin, allowed):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED


def _may(origin: str, allowed: Sequence[str]) -> bool:
    return "*" in allowed or origin in allowed
