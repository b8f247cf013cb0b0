"""News goes out signed, thin, to public addresses, and is tried again only where that makes sense."""

import asyncio
import dataclasses
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks import Webhook

from bot.addresses import guarded
from bot.config import ClientSettings
from bot.notifiers.webhook import WebhookNotifier, patience_s
from processing.news import News, RetryLater, Undeliverable
from storage.database import Database
from storage.models import Destination, Event, Export, ExportStatus, Facts, Quota, Recipe
from storage.notes import Notes
from tests.raw_server import head, saying

SECRETS = [
    "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0",
    "whsec_" + "bmV4dCBuZXh0IG5leHQgbmV4dCBuZXh0IG5l",
]
NOW = datetime.now(UTC)


def export(**more: Any) -> Export:
    facts = Facts(
        width=1080,
        height=1920,
        duration_s=5,
        size_bytes=9,
        video_codec="h264",
        audio_codec="aac",
        notes=("quality was given up to stay below 8 MB",),
    )
    values: dict[str, Any] = {
        "id": "exp_1",
        "scene_id": "scn_1",
        "video_id": "vid_1",
        "user_id": "tool",
        "client": "tool",
        "title": "A goal",
        "start_s": 0.0,
        "end_s": 5.0,
        "recipe": Recipe(strategy="center_crop", quality="high"),
        "status": ExportStatus.COMPLETED,
        "attempt": 1,
        "crashes": 0,
        "error": None,
        "token": "tkn",
        "file_key": "exports/tool/exp_1.mp4",
        "facts": facts,
        "created_at": NOW,
        "started_at": NOW,
        "finished_at": NOW,
        "expires_at": NOW + timedelta(hours=24),
    }
    return Export(**values | more)


@pytest.fixture
def notes(database: Database) -> Notes:
    return Notes(database)


class Endpoint:
    """A receiver on loopback: keeps what it gets, answers what it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    app = web.Application()
    app.router.add_post("/hook", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield endpoint
    await runner.cleanup()


@asynccontextmanager
async def unending(status: str, *, hangs_up: bool) -> AsyncIterator[str]:
    """The address of an endpoint that promises ten bytes and sends none."""
    over, closed = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed.clear()
        asked = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", asked)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(head(status, content_length=10))
        await writer.drain()
        if not hangs_up:
            await over.wait()
        writer.close()
        closed.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        finally:
            over.set()
            await closed.wait()


def news(url: str, event: Event = Event.COMPLETED, **more: Any) -> News:
    return News(
        delivery_id="dlv_1",
        event=event,
        export=export(**more),
        destination=Destination(kind="webhook", address={"client": "tool", "url": url}),
        quota=Quota(used=1, limit=10, resets_at=NOW),
        occurred_at=NOW,
    )


class Rebinding(AbstractResolver):
    """Says that every name is at one address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=self._address, port=port, family=2, proto=6, flags=0),
        ]

    async def close(self) -> None:
        return


async def bring(
    news: News,
    *,
    notes: Notes,
    allowed: bool = True,
    resolver: AbstractResolver | None = None,
    timeout_s: float = 20,
) -> None:
    client = ClientSettings(name="tool", secrets=SECRETS)
    networks = [ip_network("127.0.0.0/8")] if allowed else []
    connector = aiohttp.TCPConnector(socket_factory=guarded(networks), resolver=resolver)
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        notifier = WebhookNotifier(
            session=session,
            clients=[client],
            download_url=lambda export: f"https://shorts.example.org/d/{export.token}",
            page_url=lambda export: f"https://shorts.example.org/s/{export.token}",
            notes=notes,
            now=lambda: NOW,
        )
        await notifier.notify(news)


async def test_the_news_is_thin_and_signed_with_the_clients_first_secret(
    notes: Notes, endpoint: Endpoint
) -> None:
    await bring(news(endpoint.url), notes=notes)
    ((headers, body),) = endpoint.got
    told = Webhook(SECRETS[0]).verify(body, headers)
    assert headers["webhook-id"] == "dlv_1"
    assert told["type"] == "export.completed"
    assert told["timestamp"].endswith("Z")
    assert told["data"] == {
        "id": "exp_1",
        "status": "completed",
        "scene_id": "scn_1",
        "video_id": "vid_1",
        "user_id": "tool",
        "download_url": "https://shorts.example.org/d/tkn",
        "page_url": "https://shorts.example.org/s/tkn",
        "expires_at": (NOW + timedelta(hours=24)).isoformat().replace("+00:00", "Z"),
        "notes": ["quality was given up to stay below 8 MB"],
    }


async def test_a_failure_tells_why_and_gives_no_link(notes: Notes, endpoint: Endpoint) -> None:
    await bring(news(endpoint.url, Event.FAILED, error="The file is damaged.", expires_at=None), notes=notes)
    data = json.loads(endpoint.got[0][1])["data"]
    assert (data["status"], data["error"]) == ("failed", "The file is damaged.")
    assert not {"download_url", "page_url", "notes"} & set(data)


async def test_the_same_news_twice_bears_the_same_id(notes: Notes, endpoint: Endpoint) -> None:
    for _ in range(2):
        await bring(news(endpoint.url), notes=notes)
    assert {headers["webhook-id"] for headers, _ in endpoint.got} == {"dlv_1"}


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500])
async def test_anything_but_a_success_is_tried_again_and_no_redirect_followed(
    notes: Notes, endpoint: Endpoint, status: int
) -> None:
    endpoint.status, endpoint.headers = status, {"Location": endpoint.url}
    with pytest.raises(RetryLater, match=str(status)):
        await bring(news(endpoint.url), notes=notes)
    assert len(endpoint.got) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_patience_asked_for_is_given(notes: Notes, endpoint: Endpoint, status: int) -> None:
    endpoint.status, endpoint.headers = status, {"Retry-After": "120"}
    with pytest.raises(RetryLater) as refused:
        await bring(news(endpoint.url), notes=notes)
    assert refused.value.after_s == 120


async def test_an_endpoint_that_is_gone_is_not_tried_again(notes: Notes, endpoint: Endpoint) -> None:
    endpoint.status = 410
    for _ in range(2):
        with pytest.raises(Undeliverable, match="410"):
            await bring(news(endpoint.url), notes=notes)
    assert len(endpoint.got) == 1


@pytest.mark.parametrize("hangs_up", [True, False], ids=["broken-off", "stalled"])
async def test_a_success_is_one_even_when_its_body_never_comes(notes: Notes, hangs_up: bool) -> None:
    async with unending("200 OK", hangs_up=hangs_up) as url:
        await bring(news(url), notes=notes, timeout_s=0.5)


async def test_an_endpoint_that_is_gone_is_believed_without_a_body(notes: Notes) -> None:
    async with unending("410 Gone", hangs_up=True) as url:
        with pytest.raises(Undeliverable, match="410"):
            await bring(news(url), notes=notes)
        with pytest.raises(Undeliverable, match="before"):
            await bring(news(url), notes=notes)


async def test_an_answer_without_sense_is_no_reason_to_tell_the_address(notes: Notes) -> None:
    async with saying(lambda asked: b"hello\r\n\r\n", name="hook?sig=secret") as url:
        with pytest.raises(RetryLater) as refused:
            await bring(news(url), notes=notes)
    assert str(refused.value) == "the answer makes no sense"


async def test_a_link_that_has_died_is_not_announced_any_more(notes: Notes, endpoint: Endpoint) -> None:
    with pytest.raises(Undeliverable):
        await bring(news(endpoint.url, expires_at=NOW), notes=notes)
    assert endpoint.got == []


async def test_nothing_is_sent_to_a_private_address_written_as_a_number(
    notes: Notes, endpoint: Endpoint
) -> None:
    with pytest.raises(Undeliverable, match="not public"):
        await bring(news(endpoint.url), allowed=False, notes=notes)
    assert endpoint.got == []


async def test_nothing_is_sent_to_a_name_that_leads_to_a_private_address(
    notes: Notes, endpoint: Endpoint
) -> None:
    url = endpoint.url.replace("127.0.0.1", "hook.example.org")
    with pytest.raises(Undeliverable, match="not public"):
        await bring(news(url), allowed=False, resolver=Rebinding("127.0.0.1"), notes=notes)
    assert endpoint.got == []


async def test_news_of_a_client_that_is_no_longer_known_is_given_up(notes: Notes, endpoint: Endpoint) -> None:
    lost = dataclasses.replace(
        news(endpoint.url),
        destination=Destination(kind="webhook", address={"client": "gone", "url": endpoint.url}),
    )
    with pytest.raises(Undeliverable):
        await bring(lost, notes=notes)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("30", 30),
        ("30.5", 30.5),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 0),
        ("999999999", 6 * 3600),
        ("Mon, 23 Nov 2026 04:01:00 GMT", 60),
        ("Mon, 23 Nov 2020 04:01:00 GMT", 0),
        ("Mon, 23 Nov 2026 04:01:00", 60),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(said: str, seconds: float) -> None:
    now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert patience_s({"Retry-After": said}, now=now) == seconds
