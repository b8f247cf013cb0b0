"""Routes of scenes: intervals of a video."""

from aiohttp import web

from bot.web.asking import destinations
from bot.web.bodies import SceneBody, SceneChanges
from bot.web.calls import Call
from bot.web.intakes import IntakeView, accepted
from bot.web.problems import Problem, not_found
from bot.web.routes import Route, json
from bot.web.videos import own_video
from bot.web.views import ScenesView, SceneView
from storage.models import Scene


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


async def get_scene(call: Call) -> web.Response:
    """Look at a scene."""
    return json(SceneView.of(await own_scene(call)))


async def change_scene(call: Call) -> web.Response:
    """Rename a scene, or move its ends."""
    changes = call.body(SceneChanges)
    scene = await own_scene(call)
    return json(SceneView.of(await call.services.library.change_scene(scene, **changes.model_dump())))


async def remove_scene(call: Call) -> web.Response:
    """Remove a scene; shorts made of it live on."""
    await call.services.scenes.remove((await own_scene(call)).id)
    return web.Response(status=204)


async def own_scene(call: Call) -> Scene:
    """The scene that the path names, when the client may act for its owner.

    Raises:
        Problem: there is none, or it may not.
    """
    scene = await call.services.scenes.get(call.path("scene_id"))
    if scene is None or not call.client.may_act_for(scene.owner_id):
        raise not_found("scene")
    return scene


async def find_scenes(call: Call) -> web.Response:
    """Find the scenes of a video that was uploaded."""
    video = await own_video(call, call.path("video_id"))
    if await call.services.intakes.get(video.id) is not None:
        raise Problem(409, "looked_for_already", "The scenes of this video have been looked for already.")
    return accepted(
        call, await call.services.ingestor.find_scenes(video, destinations=destinations(call, None))
    )


PATH = "/v1/videos/{video_id}/scenes"
ONE = "/v1/scenes/{scene_id}"
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
    Route(method="GET", path=ONE, handler=get_scene, answers={200: SceneView, 404: None}),
    Route(
        method="PATCH",
        path=ONE,
        handler=change_scene,
        body=SceneChanges,
        answers={200: SceneView, 404: None},
    ),
    Route(method="DELETE", path=ONE, handler=remove_scene, answers={204: None, 404: None}),
)
