"""Routes that start exports: of a scene, of any part of a video in one call, of many scenes at once."""

from aiohttp import web
from pydantic import BaseModel

from bot.web.asking import accepted_answer, accepted_view, alone, ask
from bot.web.bodies import BatchBody, JobBody, ShortBody
from bot.web.calls import Call
from bot.web.export_views import AcceptedView, BatchItemView, BatchView
from bot.web.problems import Problem, document, translated
from bot.web.routes import Route, json
from bot.web.views import ProblemView
from processing.errors import ExportRefused
from processing.recipes import check_names


async def export_short(call: Call) -> web.Response:
    """Ask for a short of a scene."""
    body = call.body(ShortBody)
    with alone(call):
        return accepted_answer(call, await ask(call, body, scene_id=call.path("scene_id")))


async def export_part(call: Call) -> web.Response:
    """Ask for a short in one call: of a scene, or of a part of a video, held or still to be fetched."""
    body = call.body(JobBody)
    with alone(call):
        accepted = await ask(
            call,
            body,
            scene_id=body.scene_id,
            video_id=body.video_id,
            start_s=body.start_s,
            end_s=body.end_s,
            source_url=body.source_url,
            source_keep=body.keep,
        )
        return accepted_answer(call, accepted)


async def export_batch(call: Call) -> web.Response:
    """Ask for shorts of up to 50 scenes; each is answered for itself."""
    body = call.body(BatchBody)
    call.user(body.user_id)
    check_names(strategy=body.aspect_ratio_strategy, quality=body.output_quality)
    with alone(call):
        items = [await _item(call, body, number) for number in range(len(body.scene_ids))]
    return json(BatchView(items=items))


async def _item(call: Call, body: BatchBody, number: int) -> BatchItemView:
    scene_id = body.scene_ids[number]
    try:
        accepted = await ask(call, body, scene_id=scene_id, part=f"#{number}")
    except (ExportRefused, Problem) as error:
        problem = translated(error, now=call.services.now())
        return BatchItemView(
            scene_id=scene_id, status=problem.status, problem=ProblemView(**document(problem))
        )
    return BatchItemView(scene_id=scene_id, status=202, export=accepted_view(call, accepted))


_ACCEPTED: dict[int, type[BaseModel] | None] = {202: AcceptedView, 404: None, 409: None, 422: None, 429: None}
ROUTES = (
    Route(
        method="POST",
        path="/v1/scenes/{scene_id}/export-short",
        handler=export_short,
        body=ShortBody,
        answers=_ACCEPTED,
    ),
    Route(
        method="POST",
        path="/v1/exports",
        handler=export_part,
        body=JobBody,
        answers=_ACCEPTED,
    ),
    Route(
        method="POST",
        path="/v1/exports/batch",
        handler=export_batch,
        body=BatchBody,
        answers={200: BatchView, 409: None},
    ),
)
