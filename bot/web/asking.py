"""How an export is asked for: what the routes that start one have in common."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.bodies import RecipeBody
from bot.web.calls import Call
from bot.web.export_views import AcceptedView, AskedView
from bot.web.keys import IN_FLIGHT
from bot.web.problems import Problem, rate_limit
from bot.web.routes import json
from processing.requests import Accepted, ExportRequest
from storage.admission import Idempotency
from storage.intake_models import Keep
from storage.models import Destination, Event

#: How long a caller may wait before asking how it stands, in seconds.
ASK_AGAIN_S = 2
KEY_CHARACTERS = 255


async def ask(
    call: Call,
    body: RecipeBody,
    *,
    scene_id: str | None,
    video_id: str | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    source_url: str | None = None,
    source_keep: Keep | None = None,
    part: str = "",
) -> Accepted:
    """Ask for one short. `part` tells several of one call apart.

    Raises:
        Problem, ExportRefused: it is not to be had.
    """
    request = ExportRequest(
        scene_id=scene_id,
        video_id=video_id,
        recipe=body.recipe,
        user_id=call.user(body.user_id),
        destinations=destinations(call, body.notify, body.notify_events),
        client=call.client.name,
        start_s=start_s,
        end_s=end_s,
        idempotency=idempotency(call, part=part),
        source_url=source_url,
        source_keep=source_keep,
    )
    return await call.services.exporter.request(request)


def accepted_answer(call: Call, accepted: Accepted) -> web.Response:
    """202, where to ask, and what is left of the day."""
    view = accepted_view(call, accepted)
    return json(view, status=202, headers={"Location": view.url} | patience() | day_left(call, accepted))


def accepted_view(call: Call, accepted: Accepted) -> AcceptedView:
    """What the caller is told of it, now and in every repetition."""
    url = call.link(f"/v1/exports/{accepted.export.id}")
    return AcceptedView(**dict(AskedView.of(accepted.export)), url=url)


def patience() -> dict[str, str]:
    """When to ask again."""
    return {"Retry-After": str(ASK_AGAIN_S)}


def day_left(call: Call, accepted: Accepted) -> dict[str, str]:
    """How much of the user's day is left, as headers."""
    quota = accepted.quota
    return rate_limit(
        limit=quota.limit, remaining=quota.remaining, resets_at=quota.resets_at, now=call.services.now()
    )


def destinations(
    call: Call, notify: str | None, events: Sequence[Event] | None = None
) -> tuple[Destination, ...]:
    """Where the news goes: where the request says, else where the client always hears of it.

    Raises:
        Problem: nothing could be sent there.
    """
    url = notify or call.client.notify_url
    if not url:
        return ()
    if not call.client.secrets:
        raise Problem(400, "invalid_input", "notify: this client has no secret to sign webhooks with.")
    if notify and urlsplit(url).scheme != "https" and not call.services.settings.webhooks.allowed_networks:
        raise Problem(400, "invalid_input", "notify: must begin with https://.")
    address = {"client": call.client.name, "url": url}
    if events is not None:
        address["events"] = " ".join(events)
    return (Destination(kind="webhook", address=address),)


def idempotency(call: Call, *, part: str = "") -> Idempotency | None:
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
    return Idempotency(key=key + part, fingerprint=hashlib.sha256(said).hexdigest())


@contextmanager
def alone(call: Call) -> Iterator[None]:
    """Hold the request's key while it is being worked on.

    Raises:
        Problem: a request with this key is under way.
    """
    name = idempotency(call)
    if name is None:
        yield
        return
    keys, held = call.request.app[IN_FLIGHT], (call.client.name, name.key)
    if held in keys:
        raise Problem(409, "in_flight", "A request with this key is under way.", headers={"Retry-After": "1"})
    keys.add(held)
    try:
        yield
    finally:
        keys.remove(held)
