"""Routes of the delivery log: what was sent to a client, what came back, and once more."""

from aiohttp import web

from bot.notifiers.webhook import gone_note
from bot.web.bodies import DeliveriesQuery
from bot.web.calls import Call
from bot.web.news_views import DeliveriesView, DeliveryView
from bot.web.problems import not_found
from bot.web.routes import Route, json, page_headers


async def list_deliveries(call: Call) -> web.Response:
    """List what was sent to you, newest first."""
    query = call.query(DeliveriesQuery)
    found = await call.services.deliveries.of_client(
        call.client.name,
        export_id=query.export_id,
        video_id=query.video_id,
        at_most=query.limit + 1,
        after=query.cursor,
    )
    shown = found[: query.limit]
    cursor = shown[-1].id if len(found) > query.limit else None
    view = DeliveriesView(deliveries=[DeliveryView.of(one) for one in shown], next_cursor=cursor)
    return json(view, headers=page_headers(call, cursor))


async def resend(call: Call) -> web.Response:
    """Send a piece of news once more, even to an endpoint that was gone."""
    services = call.services
    delivery = await services.deliveries.get(call.path("delivery_id"))
    if delivery is None or delivery.destination.address.get("client") != call.client.name:
        raise not_found("delivery")
    await services.notes.forget(gone_note(delivery.destination.address))
    await services.deliveries.resend(delivery.id, now=services.now())
    services.on_news()
    again = await services.deliveries.get(delivery.id)
    return json(DeliveryView.of(again or delivery), status=202)


ROUTES = (
    Route(
        method="GET",
        path="/v1/deliveries",
        handler=list_deliveries,
        query=DeliveriesQuery,
        answers={200: DeliveriesView},
    ),
    Route(
        method="POST",
        path="/v1/deliveries/{delivery_id}/resend",
        handler=resend,
        repeatable=False,
        answers={202: DeliveryView, 404: None},
    ),
)
