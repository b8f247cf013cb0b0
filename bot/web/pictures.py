"""Routes of pictures: what scenes look like, to choose by eye."""

import hashlib

from aiohttp import ETag, web

from bot.web.calls import Call
from bot.web.problems import not_found
from bot.web.routes import Route
from bot.web.scenes import own_scene
from bot.web.videos import own_video
from storage.models import Scene, Video

#: A browser may show its copy for so long without asking.
FRESH_S = 3600


async def thumbnail(call: Call) -> web.Response:
    """One good picture of a scene."""
    return _picture(call, await call.services.album.thumbnail(*await _own_scene(call)), "image/jpeg")


async def preview(call: Call) -> web.Response:
    """A few moving seconds of a scene."""
    return _picture(call, await call.services.album.preview(*await _own_scene(call)), "image/webp")


async def strategies(call: Call) -> web.Response:
    """A scene under every strategy, side by side."""
    return _picture(call, await call.services.album.strategies(*await _own_scene(call)), "image/png")


async def contact_sheet(call: Call) -> web.Response:
    """The scenes of a video, side by side."""
    sheet = await call.services.album.contact_sheet(await own_video(call, call.path("video_id")))
    if sheet is None:
        raise not_found("scene")
    return _picture(call, sheet, "image/jpeg")


async def _own_scene(call: Call) -> tuple[Video, Scene]:
    scene = await own_scene(call)
    return await own_video(call, scene.video_id), scene


def _picture(call: Call, picture: bytes, kind: str) -> web.Response:
    tag = hashlib.sha256(picture).hexdigest()[:32]
    known = any(one.value in (tag, "*") for one in call.request.if_none_match or ())
    answer = web.Response(status=304) if known else web.Response(body=picture, content_type=kind)
    answer.etag = ETag(tag)
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_S}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


ROUTES = tuple(
    Route(method="GET", path=path, handler=handler, answers={200: None, 304: None, 404: None})
    for path, handler in (
        ("/v1/scenes/{scene_id}/thumbnail", thumbnail),
        ("/v1/scenes/{scene_id}/preview", preview),
        ("/v1/scenes/{scene_id}/strategies", strategies),
        ("/v1/videos/{video_id}/contact-sheet", contact_sheet),
    )
)
