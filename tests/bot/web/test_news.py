"""From the request to the endpoint: what is asked for over HTTP is heard of by signed webhook."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from bot.addresses import guarded
from bot.background import background
from bot.config import Settings
from bot.notifiers.webhook import WebhookNotifier
from processing.delivery import Courier
from processing.errors import RenderFailed
from processing.milestones import Milestones
from storage.models import DeliveryStatus
from tests.bot.web.conftest import SECRET, SETTINGS, House
from tests.bot.web.test_videos import form

LOOPBACK = "127.0.0.0/8"


class Listener:
    """An endpoint that believes nothing that the library has not verified."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.told: dict[str, Any] = {}
        self.all: list[dict[str, Any]] = []
        self.busy = False
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        told = Webhook(SECRET).verify(await request.read(), dict(request.headers))
        self.ids.append(request.headers["webhook-id"])
        if self.busy:
            return web.Response(status=503, headers={"Retry-After": "600"})
        self.told = told
        self.all.append(told)
        self.heard.append((told["type"], told["data"]["id"]))
        return web.Response(status=204)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/", listener.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield listener
    await runner.cleanup()


@pytest.fixture
def settings() -> Settings:
    return Settings(**SETTINGS | {"webhooks": {"allowed_networks": [LOOPBACK]}})


@pytest.fixture
async def courier(house: House) -> AsyncIterator[Courier]:
    house.clock.moment = datetime.now(UTC)  # the library looks at the real one
    services = house.services
    connector = aiohttp.TCPConnector(socket_factory=guarded([ip_network(LOOPBACK)]))
    async with aiohttp.ClientSession(connector=connector) as session:
        notifier = WebhookNotifier(
            session=session,
            clients=services.settings.clients,
            download_url=services.download_url,
            page_url=services.page_url,
            notes=services.notes,
            now=services.now,
        )
        yield Courier(
            deliveries=services.deliveries,
            exports=services.exports,
            intakes=services.intakes,
            notifiers={"webhook": notifier},
            exports_per_day=10,
            now=services.now,
        )


async def test_the_end_of_an_export_is_heard_where_the_request_said(
    house: House, courier: Courier, listener: Listener
) -> None:
    made = await house.completed(await house.scene(), notify=listener.url)
    house.pool.error = RenderFailed("The video could not be processed.")
    failed = await house.completed(await house.scene(end_s=9), notify=listener.url)
    await courier.bring_due()
    assert set(listener.heard) == {("export.completed", made), ("export.failed", failed)}


async def test_news_of_a_short_has_its_links_and_what_had_to_give_way(
    house: House, courier: Courier, listener: Listener
) -> None:
    house.pool.notes = ("quality was given up to stay below 8 MB",)
    made = await house.completed(await house.scene(), notify=listener.url)
    await courier.bring_due()
    seen = (await house.get(f"/v1/exports/{made}")).json
    shared = ("download_url", "page_url", "notes")
    assert {name: listener.told["data"][name] for name in shared} == {name: seen[name] for name in shared}
    assert seen["notes"] == ["quality was given up to stay below 8 MB"]


async def test_acceptance_comes_before_the_end(house: House, courier: Courier, listener: Listener) -> None:
    events = ["export.accepted", "export.completed"]
    made = await house.completed(await house.scene(), notify=listener.url, notify_events=events)
    for _ in events:
        await courier.bring_due()
    assert listener.heard == [("export.accepted", made), ("export.completed", made)]


@pytest.fixture
async def milestones(house: House) -> AsyncIterator[asyncio.Event]:
    """They are watched; set when there is news of one."""
    services, told = house.services, asyncio.Event()
    watcher = Milestones(
        deliveries=services.deliveries, board=services.board, now=services.now, on_news=told.set
    )
    async with background("milestones", watcher.run):
        yield told


async def test_progress_comes_before_the_end_to_those_who_ask_for_it(
    house: House, courier: Courier, listener: Listener, milestones: asyncio.Event
) -> None:
    house.pool.gate.clear()
    events = ["export.progress", "export.completed"]
    asked = await house.ask_for_short(await house.scene(), notify=listener.url, notify_events=events)
    await milestones.wait()
    await courier.bring_due()
    assert listener.heard == [("export.progress", asked.json["id"])]
    assert listener.told["data"]["percent"] == 50
    house.pool.gate.set()
    await house.ended(asked.json["id"])
    await courier.bring_due()
    assert [kind for kind, _ in listener.heard] == events
    assert len(set(listener.ids)) == 2


async def test_the_end_does_not_wait_for_progress_that_a_busy_endpoint_has_not_taken(
    house: House, courier: Courier, listener: Listener, milestones: asyncio.Event
) -> None:
    house.pool.gate.clear()
    listener.busy = True
    events = ["export.progress", "export.completed"]
    asked = await house.ask_for_short(await house.scene(), notify=listener.url, notify_events=events)
    await milestones.wait()
    await courier.bring_due()
    listener.busy = False
    house.pool.gate.set()
    await house.ended(asked.json["id"])
    await courier.bring_due()
    house.clock.advance(hours=1)
    await courier.bring_due()
    assert listener.heard == [("export.completed", asked.json["id"])]


async def test_a_busy_endpoint_is_left_alone_as_long_as_it_asks_unless_a_resend_is_wished(
    house: House, courier: Courier, listener: Listener
) -> None:
    listener.busy = True
    made = await house.completed(await house.scene(), notify=listener.url)
    await courier.bring_due()
    (delivery,) = await house.services.deliveries.of_export(made)
    assert delivery.status is DeliveryStatus.DUE
    assert delivery.next_attempt_at - house.clock() >= timedelta(seconds=600)
    listener.busy = False
    await house.post(f"/v1/deliveries/{delivery.id}/resend")
    await courier.bring_due()
    assert listener.heard == [("export.completed", made)]
    assert len(set(listener.ids)) == 1


async def test_the_end_of_an_intake_is_heard_where_the_request_said(
    house: House, courier: Courier, listener: Listener, films: str
) -> None:
    ids = [
        (await house.post("/v1/videos", json={"url": films + name, "notify": listener.url})).json["id"]
        for name in ("film.mp4", "lost.mp4")
    ]
    await house.services.ingestor.work_off()
    await courier.bring_due()
    assert set(listener.heard) == {("video.ready", ids[0]), ("video.failed", ids[1])}
    failed = next(news for news in listener.all if news["type"] == "video.failed")
    assert failed["data"] == {
        "id": ids[1],
        "status": "failed",
        "user_id": "tool",
        "error": "The server answers 404.",
    }


async def test_news_of_a_video_is_in_the_log_and_can_be_sent_again(
    house: House, courier: Courier, listener: Listener, films: str
) -> None:
    body = {"url": f"{films}film.mp4", "notify": listener.url}
    video_id = (await house.post("/v1/videos", json=body)).json["id"]
    await house.services.ingestor.work_off()
    await courier.bring_due()
    (shown,) = (await house.get(f"/v1/deliveries?video_id={video_id}")).json["deliveries"]
    assert (shown["type"], shown["status"], shown["export_id"]) == ("video.ready", "delivered", None)
    assert (await house.get("/v1/deliveries?video_id=vid_none")).json["deliveries"] == []
    await house.post(f"/v1/deliveries/{shown['id']}/resend")
    await courier.bring_due()
    assert listener.heard == [("video.ready", video_id)] * 2
    assert listener.ids == [shown["id"]] * 2


async def test_news_of_a_video_goes_to_no_private_address(house: House, courier: Courier, films: str) -> None:
    body = {"url": f"{films}film.mp4", "notify": "http://10.0.0.1/"}
    await house.post("/v1/videos", json=body)
    await house.services.ingestor.work_off()
    await courier.bring_due()
    (shown,) = (await house.get("/v1/deliveries")).json["deliveries"]
    assert (shown["status"], shown["last_error"]) == ("abandoned", "Undeliverable: the address is not public")


class TestOfAClientWithAPlaceOfItsOwn:
    """What a client asks for is told at the client's `notify_url` where nothing else is said."""

    @pytest.fixture
    def settings(self, listener: Listener) -> Settings:
        first, *others = SETTINGS["clients"]
        clients = [first | {"notify_url": listener.url}, *others]
        return Settings(**SETTINGS | {"webhooks": {"allowed_networks": [LOOPBACK]}, "clients": clients})

    async def test_it_hears_of_the_scenes_of_an_upload(
        self, house: House, courier: Courier, listener: Listener, clip: Path
    ) -> None:
        video = await house.post("/v1/videos", data=form(clip.read_bytes()))
        await house.post(f"/v1/videos/{video.json['id']}/scenes/find")
        await house.services.ingestor.work_off()
        await courier.bring_due()
        assert listener.heard == [("video.ready", video.json["id"])]
