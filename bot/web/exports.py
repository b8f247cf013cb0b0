"""Routes of exports that are there: listed, called off, given a fresh link."""

from aiohttp import web

from bot.web.asking import accepted_answer, alone, destinations, idempotency, patience
from bot.web.bodies import PageQuery, RenewBody
from bot.web.calls import Call
from bot.web.export_views import AcceptedView, ExportsView, ExportView
from bot.web.paging import more_than, page_of
from bot.web.problems import Problem
from bot.web.routes import Route, json
from bot.web.watching import own_export, view_of
from processing.requests import ExportRequest
from storage.models import ACTIVE


async def list_exports(call: Call) -> web.Response:
    """List a user's exports, newest first."""
    query = call.query(PageQuery)
    exports = await call.services.exports.of_user(
        call.user(query.user_id), at_most=more_than(query.limit), after=query.cursor
    )
    page = page_of(exports, limit=query.limit)
    views = [await view_of(call, export) for export in page.rows]
    return json(ExportsView(exports=views, next_cursor=page.next_cursor), headers=page.headers(call))


async def delete_export(call: Call) -> web.Response:
    """Call an unfinished export off, or delete a finished short and its link now."""
    export = await own_export(call)
    exporter = call.services.exporter
    # one that has just been finished is past calling off, but has a link to end
    if not (export.status in ACTIVE and await exporter.cancel(export.id)):
        await exporter.withdraw(export.id)
    return json(await view_of(call, await own_export(call)))


async def renew_export(call: Call) -> web.Response:
    """Get a fresh link in the place of one that lives; after that, the short is made again and counted."""
    body = call.body(RenewBody)
    export = await own_export(call)
    renewed = await call.services.exporter.renew(export.id)
    if renewed is not None:
        return json(await view_of(call, renewed))
    if export.status in ACTIVE:
        raise Problem(409, "unfinished", "This export has not ended yet.", headers=patience())
    with alone(call):
        request = ExportRequest(
            scene_id=export.scene_id,
            recipe=export.recipe,
            user_id=export.user_id,
            destinations=destinations(call, body.notify),
            client=call.client.name,
            start_s=export.start_s,
            end_s=export.end_s,
            idempotency=idempotency(call),
        )
        return accepted_answer(call, await call.services.exporter.request(request))


ROUTES = (
    Route(
        method="GET",
        path="/v1/exports",
        handler=list_exports,
        query=PageQuery,
        answers={200: ExportsView, 403: None},
    ),
    Route(
        method="DELETE",
        path="/v1/exports/{export_id}",
        handler=delete_export,
        answers={200: ExportView, 404: None},
    ),
    Route(
        method="POST",
        path="/v1/exports/{export_id}/renew",
        handler=renew_export,
        body=RenewBody,
        repeatable=False,
        answers={200: ExportView, 202: AcceptedView, 404: None, 409: None, 422: None, 429: None},
    ),
)
