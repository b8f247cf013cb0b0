"""Routes of scenes: intervals of a video."""

from aiohttp import web

from bot.web.bodies import SceneBody
from bot.web.calls import Call
from bot.web.routes import Route, json
from bot.web.videos import own_video
from bot.web.views import ScenesView, SceneView


async def add_scene(call: Call) -> web.Response:
    """Mark a scene of a video."""
    body = call.body(SceneBody)
    video = await own_video(call, call.path("video_id"))
    scene = await call.services.library.add_scene(video, **body.model_dump())
    return json(SceneView.of(scene), status=201)


async def list_scenes(call: Call) -> web.Response:
    """List a video's scenes in order of time."""
    video = await own_video(call, call.path("video_id"))
    scenes = await call.services.library.scenes_of(video)
    return json(ScenesView(scenes=[SceneView.of(scene) for scene in scenes]))


PATH = "/v1/videos/{video_id}/scenes"
ROUTES = (
    Route(
        method="POST",
        path=PATH,
        handler=add_scene,
        body=SceneBody,
        repeatable=False,
        answers={201: SceneView, 404: None},
    ),
    Route(method="GET", path=PATH, handler=list_scenes, answers={200: ScenesView, 404: None}),
)
