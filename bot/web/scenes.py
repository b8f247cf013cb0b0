"""Routes of scenes: intervals of a video."""

from aiohttp import web

from bot.web.bodies import SceneBody
from bot.web.calls import Call
from bot.web.intakes import IntakeView, accepted
from bot.web.problems import Problem
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


async def find_scenes(call: Call) -> web.Response:
    """Find the scenes of a video that was uploaded."""
    video = await own_video(call, call.path("video_id"))
    if await call.services.intakes.get(video.id) is not None:
        raise Problem(409, "looked_for_already", "The scenes of this video have been looked for already.")
    return accepted(call, await call.services.ingestor.find_scenes(video))


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
    Route(
        method="POST",
        path=f"{PATH}/find",
        handler=find_scenes,
        repeatable=False,
        answers={202: IntakeView, 404: None, 409: None},
    ),
    Route(method="GET", path=PATH, handler=list_scenes, answers={200: ScenesView, 404: None}),
)
