"""The link itself: a short as a file, for whoever holds its token."""

import re
from urllib.parse import quote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from bot.services import Services
from bot.web.export_views import standing
from bot.web.keys import SERVICES
from bot.web.problems import Problem, not_found
from storage.models import Export, ExportStatus

#: Longest time that a browser may keep the file, in seconds.
KEPT_S = 3600


async def download(request: web.Request) -> web.StreamResponse:
    """Send the file, whole or in part."""
    services = request.app[SERVICES]
    export = await linked(services, request.match_info["token"])
    if standing(export, now=services.now()) is not ExportStatus.COMPLETED or export.file_key is None:
        raise Problem(410, "expired", "This link has expired.")
    try:
        async with services.files.fetch(export.file_key) as path:
            response = _FileAnswer(path, headers=_headers(export, services))
            if "download" in request.query:
                response.headers["Content-Disposition"] = disposition("attachment", export)
            await response.prepare(request)
            return response
    except FileNotFoundError:
        raise Problem(410, "expired", "This link has expired.") from None


async def linked(services: Services, token: str) -> Export:
    """The export whose link bears that token, once there has been a short.

    Raises:
        Problem: there is none.
    """
    export = await services.exports.by_token(token)
    if export is None or export.expires_at is None:
        raise not_found("link")
    return export


def disposition(kind: str, export: Export) -> str:
    """A file name made of the title: harmless on every system, and as written for those who can read it."""
    title = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', " ", export.title).strip(" .") or "short"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-.") or "short"
    return f"{kind}; filename=\"{plain}.mp4\"; filename*=UTF-8''{quote(title, safe='')}.mp4"


class _FileAnswer(web.FileResponse):
    """Is sent while we hold the file; aiohttp prepares it once more afterwards, which must do nothing."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the file, the first time."""
        return None if self.prepared else await super().prepare(request)


def _headers(export: Export, services: Services) -> dict[str, str]:
    assert export.expires_at is not None
    left_s = max(0, int((export.expires_at - services.now()).total_seconds()))
    return {
        "Content-Type": "video/mp4",
        "Content-Disposition": disposition("inline", export),
        "Cache-Control": f"private, max-age={min(left_s, KEPT_S)}",
        "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
