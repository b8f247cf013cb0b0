"""Routes of exports: a short is asked for and looked after."""

import hashlib

from aiohttp import web

from bot.web.bodies import Recipe, ShortBody
from bot.web.calls import Call
from bot.web.problems import Problem, not_found, rate_limit
from bot.web.routes import Route, json
from bot.web.views import AcceptedView, ExportView, export_view
from processing.requests import Accepted, ExportRequest
from storage.admission import Idempotency
from storage.models import ACTIVE, Destination, Export

#: How long a caller may wait before asking again, in seconds.
ASK_AGAIN_S = 2
KEY_CHARACTERS = 255


async def export_short(call: Call) -> web.Response:
    """Ask for a short of a scene."""
    body = call.body(ShortBody)
    accepted = await call.services.exporter.request(
        ExportRequest(
            scene_id=call.path("scene_id"),
            strategy=body.aspect_ratio_strategy,
            quality=body.output_quality,
            user_id=call.user(body.user_id),
            destinations=destinations(call, body),
            client=call.client.name,
            idempotency=idempotency(call),
        )
    )
    return accepted_answer(call, accepted)


async def get_export(call: Call) -> web.Response:
    """See how an export stands."""
    export = await own_export(call)
    view = await seen(call, export)
    patience = {"Retry-After": str(ASK_AGAIN_S)} if export.status in ACTIVE else {}
    return json(view, headers=patience | {"Cache-Control": "no-store"})


async def own_export(call: Call) -> Export:
    """The export in the address, when the client may act for its user.

    Raises:
        Problem: there is none, or it may not.
    """
    export = await call.services.exports.get(call.path("export_id"))
    if export is None or not call.client.may_act_for(export.user_id):
        raise not_found("export")
    return export


async def seen(call: Call, export: Export) -> ExportView:
    """The export as its owner sees it at this moment."""
    return export_view(
        export,
        progress=call.services.board.latest.get(export.id),
        waiting_before=await call.services.exports.waiting_before(export.id),
        download_url=call.services.download_url(export),
        now=call.services.now(),
    )


def accepted_answer(call: Call, accepted: Accepted) -> web.Response:
    """202, where to ask, and what is left of the day."""
    url = call.link(f"/v1/exports/{accepted.export.id}")
    quota = accepted.quota
    headers = {"Location": url, "Retry-After": str(ASK_AGAIN_S)} | rate_limit(
        limit=quota.limit, remaining=quota.remaining, resets_at=quota.resets_at, now=call.services.now()
    )
    return json(AcceptedView.of(accepted.export, url=url), status=202, headers=headers)


def destinations(call: Call, recipe: Recipe) -> tuple[Destination, ...]:
    """Where the news goes: where the request says, else where the client always hears of it.

    Raises:
        Problem: nothing could be sent there.
    """
    url = recipe.notify or call.client.notify_url
    if not url:
        return ()
    if not call.client.secrets:
        raise Problem(400, "invalid_input", "notify: this client has no secret to sign webhooks with.")
    if recipe.notify and url.startswith("http:") and not call.services.settings.webhooks.allowed_networks:
        raise Problem(400, "invalid_input", "notify: must begin with https://.")
    return (Destination(kind="webhook", address={"client": call.client.name, "url": url}),)


def idempotency(call: Call) -> Idempotency | None:
    """The client's own name for this request: its key, or the name that its signed message bears.

    Raises:
        Problem: the key is malformed.
    """
    key = call.request.headers.get("Idempotency-Key", call.signed_id)
    if key is None:
        return None
    if not (0 < len(key) <= KEY_CHARACTERS and key.isascii() and key.isprintable()):
        raise Problem(400, "invalid_input", f"Idempotency-Key: 1 to {KEY_CHARACTERS} printable characters.")
    said = f"{call.request.method} {call.request.path}\n".encode() + call.raw
    return Idempotency(key=key, fingerprint=hashlib.sha256(said).hexdigest())


ROUTES = (
    Route(
        method="POST",
        path="/v1/scenes/{scene_id}/export-short",
        handler=export_short,
        body=ShortBody,
        answers={202: AcceptedView, 404: None, 422: None, 429: None},
    ),
    Route(
        method="GET", path="/v1/exports/{export_id}", handler=get_export, answers={200: ExportView, 404: None}
    ),
)
