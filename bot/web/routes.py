"""The route table's form: what a route is, and how a request becomes an authenticated call of it."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from bot.web.callers import Claim
from bot.web.calls import Call
from bot.web.incoming import JSON_BYTES, Inflow, Upload, small_body, upload
from bot.web.keys import SERVICES, UNPROVEN
from bot.web.problems import Problem
from bot.web.room import host_of
from storage.messages import Messages, Seen

MB = 1_000_000
BUSY = {"Retry-After": "10"}
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route that only known clients may call."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[web.StreamResponse]]
    answers: Mapping[int, type[BaseModel] | None]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    takes_upload: bool = False  #: a form with a file, or the JSON body where there is one
    gives: str = ""  #: the media type of an answer that is not JSON
    repeatable: bool = True  #: the same signed message may come twice, because the second changes nothing


def served(route: Route) -> Handler:
    """The route as aiohttp calls it."""

    async def serve(request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        claim = Claim(request.headers, clients=services.settings.clients, now=services.now())
        async with _taken_in(route, request, claim) as (raw, form):
            call = Call(
                services=services,
                request=request,
                client=claim.client(),
                raw=raw,
                upload=form,
                signed_id=claim.signed_id,
            )
            await _refuse_replay(route, call)
            return await route.handler(call)

    return serve


def json(model: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A model as the answer."""
    return web.Response(text=model.model_dump_json(), status=status, headers=headers, content_type=JSON)


async def _refuse_replay(route: Route, call: Call) -> None:
    """A signature covers no address: whoever overheard one may not use it for anything else."""
    if call.signed_id is None:
        return
    key = call.request.headers.get("Idempotency-Key", "")
    purpose = f"{call.request.method} {call.request.path_qs} {key}\n".encode("utf-8", "surrogateescape")
    fingerprint = hashlib.sha256(purpose + call.raw).hexdigest()
    seen = await Messages(call.services.database).note(
        call.client.name, call.signed_id, fingerprint=fingerprint, now=call.services.now()
    )
    if seen is Seen.OTHER or (seen is Seen.SAME and not route.repeatable):
        raise Problem(409, "replayed", "This webhook-id has been used before.")


@asynccontextmanager
async def _taken_in(
    route: Route, request: web.Request, claim: Claim
) -> AsyncIterator[tuple[bytes, Upload | None]]:
    services = request.app[SERVICES]
    is_form = route.takes_upload and (route.body is None or request.content_type != JSON)
    at_most = services.settings.limits.upload_mb * MB if is_form else JSON_BYTES
    if (request.content_length or 0) > at_most:
        raise Problem(413, "too_large", "The body is larger than this service takes.")
    is_proven = claim.signed_id is None
    inflow = Inflow(request.content, at_most=at_most, feed=claim.feed, is_proven=is_proven)
    if not is_form:
        yield await small_body(inflow), None
        return
    with nullcontext() if is_proven else _place_of_unproven(request):
        async with upload(request, inflow, scratch=services.scratch) as form:
            yield b"", form


@contextmanager
def _place_of_unproven(request: web.Request) -> Iterator[None]:
    room = request.app[UNPROVEN]
    host = host_of(request.remote) if request.remote else ""
    if not room.enter(host):
        raise Problem(
            503, "busy", "Enough signed uploads are under way; a token needs no queue.", headers=BUSY
        )
    try:
        yield
    finally:
        room.leave(host)
