"""Routes of scenes: intervals of a video."""

from collections.abc import Sequence

from aiohttp import web

from bot.web.asking import destinations
from bot.web.bodies import MergeBody, SceneBody, SceneChanges, ScenesBody, SplitBody
from bot.web.calls import Call
from bot.web.intakes import ASK_AGAIN_S, UNFINISHED, IntakeView, accepted
from bot.web.problems import Problem, not_found
from bot.web.routes import Route, json
from bot.web.videos import own_video
from bot.web.views import ScenesView, SceneView
from processing.cutting import SceneDraft
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
    return json(_list(await call.services.library.scenes_of(video)))


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


async def set_scenes(call: Call) -> web.Response:
    """Say all scenes of a video at once: these are there then, and no others."""
    body = call.body(ScenesBody)
    video = await own_video(call, call.path("video_id"))
    intake = await call.services.intakes.get(video.id)
    if intake is not None and intake.status in UNFINISHED:
        headers = {"Retry-After": str(ASK_AGAIN_S)}
        raise Problem(
            409, "being_looked_for", "The scenes of this video are being looked for.", headers=headers
        )
    drafts = [SceneDraft(**scene.model_dump()) for scene in body.scenes]
    return json(_list(await call.services.library.set_scenes(video, drafts)))


async def split_scene(call: Call) -> web.Response:
    """Cut a scene in two: it ends there then, and a new one goes on."""
    body = call.body(SplitBody)
    scene = await own_scene(call)
    return json(_list(await call.services.library.split_scene(scene, **body.model_dump())), status=201)


async def merge_scenes(call: Call) -> web.Response:
    """Make one scene of several that lie side by side; the earliest keeps its id."""
    body = call.body(MergeBody)
    video = await own_video(call, call.path("video_id"))
    of_video = {scene.id: scene for scene in await call.services.library.scenes_of(video)}
    if not of_video.keys() >= set(body.scene_ids):
        raise not_found("scene")
    scenes = [of_video[scene_id] for scene_id in dict.fromkeys(body.scene_ids)]
    return json(SceneView.of(await call.services.library.merge_scenes(scenes, title=body.title)))


def _list(scenes: Sequence[Scene]) -> ScenesView:
    return ScenesView(scenes=[SceneView.of(scene) for scene in scenes])


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
    """Find the scenes of a video in which none were looked for yet; a remote one is read whole."""
    video = await own_video(call, call.path("video_id"))
    known = await call.services.intakes.get(video.id)
    if known is not None and (known.findings is not None or known.status in UNFINISHED):
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
    Route(
        method="PUT",
        path=PATH,
        handler=set_scenes,
        body=ScenesBody,
        repeatable=False,
        answers={200: ScenesView, 404: None, 409: None},
    ),
    Route(
        method="POST",
        path=f"{PATH}/merge",
        handler=merge_scenes,
        body=MergeBody,
        repeatable=False,
        answers={200: SceneView, 404: None},
    ),
    Route(
        method="POST",
        path=f"{ONE}/split",
        handler=split_scene,
        body=SplitBody,
        repeatable=False,
        answers={201: ScenesView, 404: None},
    ),
    Route(method="GET", path=PATH, handler=list_scenes, answers={200: ScenesView, 404: None}),
    Route(method="GET", path=ONE, handler=get_scene, answers={200: SceneView, 404: None}),
    Route(
        method="PATCH",
        path=ONE,
        handler=change_scene,
        body=SceneChanges,
        repeatable=False,
        answers={200: SceneView, 404: None},
    ),
    Route(method="DELETE", path=ONE, handler=remove_scene, answers={204: None, 404: None}),
)
