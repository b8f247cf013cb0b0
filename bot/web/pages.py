"""Routes for people: the page behind a link, its poster, and more time for it."""

import secrets

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.services import Services
from bot.web.downloads import linked
from bot.web.export_views import standing
from bot.web.keys import POSTERS, SERVICES
from bot.web.link_page import ended, living
from bot.web.problems import Problem
from processing.errors import ExportError
from storage.files import NothingStored
from storage.models import Export, ExportStatus

POSTER_KEPT_S = 3600


async def link_page(request: web.Request) -> web.Response:
    """The player and everything about it, or what has become of it."""
    services, nonce = request.app[SERVICES], secrets.token_urlsafe(16)
    try:
        export = await living_export(services, request.match_info["token"])
    except Problem as problem:
        title = "This short has expired" if problem.status == 410 else "There is nothing here"
        page = ended(title, reason=_reason(problem.status), nonce=nonce)
        return _answer(page, status=problem.status, nonce=nonce)
    page = living(
        export,
        now=services.now(),
        page_url=services.page_url(export),
        file_url=services.download_url(export),
        may_renew=services.settings.limits.renewal_by_link,
        nonce=nonce,
    )
    return _answer(page, status=200, nonce=nonce)


async def poster(request: web.Request) -> web.Response:
    """A picture of the short."""
    export = await living_export(request.app[SERVICES], request.match_info["token"])
    try:
        picture = await request.app[POSTERS].of(export)
    except (ExportError, NothingStored):
        raise Problem(404, "not_found", "There is no picture of it.") from None
    headers = {"Cache-Control": f"private, max-age={POSTER_KEPT_S}", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=picture, content_type="image/jpeg", headers=headers)


async def renew(request: web.Request) -> web.Response:
    """The same link for as long as it had at first, where the operator allows that to everyone who has it."""
    services = request.app[SERVICES]
    export = await living_export(services, request.match_info["token"])
    if not services.settings.limits.renewal_by_link:
        raise Problem(403, "forbidden", "Only its owner may renew this link.")
    await services.exporter.renew(export.id, same_link=True)
    raise web.HTTPSeeOther(services.page_url(export))


async def living_export(services: Services, token: str) -> Export:
    """The export behind a link that lives.

    Raises:
        Problem: there never was one (404), or its time is over (410).
    """
    export = await linked(services, token)
    if standing(export, now=services.now()) is not ExportStatus.COMPLETED:
        raise Problem(410, "expired", "This link has expired.")
    return export


def _reason(status: int) -> str:
    if status == 410:
        return "Links live for a while only. Whoever made it can make it again."
    return "The address is wrong, or the link was taken back."


def _answer(page: str, *, status: int, nonce: str) -> web.Response:
    policy = (
        f"default-src 'none'; img-src 'self'; media-src 'self'; style-src 'nonce-{nonce}'; "
        f"script-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return web.Response(text=page, status=status, content_type="text/html", headers=headers)


#: method, path, handler: they need no client, only a link.
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/s/{token}", link_page),
    ("GET", "/s/{token}/poster.jpg", poster),
    ("POST", "/s/{token}/renew", renew),
)
