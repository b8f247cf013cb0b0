"""How a caller watches an export: asked now, asked with patience, or told of every change."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Set
from contextlib import suppress

from aiohttp import web

from bot.web.asking import patience
from bot.web.bodies import WatchQuery
from bot.web.calls import Call
from bot.web.export_views import ExportView, export_view
from bot.web.keys import CLOSING
from bot.web.problems import not_found
from bot.web.routes import Route, json
from storage.models import ACTIVE, Export

#: Changes that come closer together than this are told as one.
PAUSE_S = 0.25
#: After so long without a change something is said all the same, so that nobody in between hangs up.
SILENCE_S = 15.0


async def get_export(call: Call) -> web.Response:
    """See how an export stands; `wait` holds the answer back until that is something new."""
    query, known = call.query(WatchQuery), {one.value for one in call.request.if_none_match or ()}
    view = await view_of(call, await own_export(call))
    with suppress(TimeoutError):
        async with asyncio.timeout(query.wait or None):
            async for changed in _changes(call):
                view = changed or view
                if not query.wait or _is_news(view, known):
                    break
    headers = {"ETag": f'"{_tag(view)}"', "Cache-Control": "no-cache"}
    if view.status in ACTIVE:
        headers |= patience()
    if _is_known(view, known):
        return web.Response(status=304, headers=headers)
    return json(view, headers=headers)


async def export_events(call: Call) -> web.StreamResponse:
    """Be told of every change as server-sent events, until the export has ended."""
    await own_export(call)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    )
    await response.prepare(call.request)
    if call.request.method == "HEAD":
        return response
    async for view in _changes(call):
        await response.write(_event(view).encode())
        if view is not None and view.status not in ACTIVE:
            break
    return response


async def own_export(call: Call) -> Export:
    """The export in the address, when the client may act for its user.

    Raises:
        Problem: there is none, or it may not.
    """
    export = await call.services.exports.get(call.path("export_id"))
    if export is None or not call.client.may_act_for(export.user_id):
        raise not_found("export")
    return export


async def view_of(call: Call, export: Export) -> ExportView:
    """The export as its owner sees it at this moment."""
    services = call.services
    return export_view(
        export,
        progress=services.board.latest.get(export.id),
        waiting_before=await services.exports.waiting_before(export.id),
        download_url=services.download_url(export),
        page_url=services.page_url(export),
        now=services.now(),
    )


async def _changes(call: Call) -> AsyncIterator[ExportView | None]:
    """The export now and after each change, until the service closes; None after a long silence."""
    told = None
    while not call.request.app[CLOSING].is_set():
        bell = asyncio.ensure_future(call.services.board.changed())
        try:
            await asyncio.sleep(0)  # now it listens: what changes while we look is not missed
            view = await view_of(call, await own_export(call))
            if view != told:
                told = view
                yield view
                await asyncio.sleep(PAUSE_S)
            if not (await asyncio.wait([bell], timeout=SILENCE_S))[0]:
                yield None
        finally:
            bell.cancel()


def _is_news(view: ExportView, known: Set[str]) -> bool:
    """To one who has a version: another one. To one who has none: the end."""
    return not _is_known(view, known) if known else view.status not in ACTIVE


def _is_known(view: ExportView, known: Set[str]) -> bool:
    return not known.isdisjoint({_tag(view), "*"})


def _tag(view: ExportView) -> str:
    return hashlib.sha256(view.model_dump_json().encode()).hexdigest()[:20]


def _event(view: ExportView | None) -> str:
    if view is None:
        return ": still here\n\n"
    return f"event: {view.status.value}\ndata: {view.model_dump_json()}\n\n"


ROUTES = (
    Route(
        method="GET",
        path="/v1/exports/{export_id}",
        handler=get_export,
        query=WatchQuery,
        answers={200: ExportView, 304: None, 404: None},
    ),
    Route(
        method="GET",
        path="/v1/exports/{export_id}/events",
        handler=export_events,
        gives="text/event-stream",
        answers={200: None, 404: None},
    ),
)
