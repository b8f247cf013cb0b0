"""Routes of the delivery log: what was sent to a client, what came back, and once more."""

from aiohttp import web

from bot.notifiers.webhook import gone_note
from bot.web.bodies import DeliveriesQuery
from bot.web.calls import Call
from bot.web.news_views import DeliveriesView, DeliveryView
from bot.web.paging import more_than, page_of
from bot.web.problems import not_found
from bot.web.routes import Route, json


async def list_deliveries(call: Call) -> web.Response:
    """List what was sent to you, newest first."""
    query = call.query(DeliveriesQuery)
    found = await call.services.deliveries.of_client(
        call.client.name,
        export_id=query.export_id,
        video_id=query.video_id,
        at_most=more_than(query.limit),
        after=query.cursor,
    )
    page = page_of(found, limit=query.limit)
    views = [DeliveryView.of(one) for one in page.rows]
    return json(DeliveriesView(deliveries=views, next_cursor=page.next_cursor), headers=page.headers(call))


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
