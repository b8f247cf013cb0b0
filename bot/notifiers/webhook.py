"""Brings news by signed webhook (Standard Webhooks), and never to an address that is not public."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.addresses import AddressRefused, guarded
from bot.config import ClientSettings
from bot.notifiers.base import Means
from bot.signatures import sign
from processing.news import LONGEST_PATIENCE_S, News, Notifier, RetryLater, Undeliverable, VideoNews
from storage.models import Event, Export, VideoEvent
from storage.notes import Notes

#: Of an answer only the head counts; so much of the rest is read that the connection may be used again.
ANSWER_BYTES = 16_384
GONE = 410
ASKS_FOR_PATIENCE = frozenset({429, 503})
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


@asynccontextmanager
async def opened(means: Means) -> AsyncIterator[Notifier]:
    """A notifier with its own connections, closed at the end."""
    services = means.services
    webhooks = services.settings.webhooks
    async with aiohttp.ClientSession(
        # how many there are at once is the courier's to bound: who waits here would hold up others
        connector=aiohttp.TCPConnector(limit=0, socket_factory=guarded(webhooks.allowed_networks)),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=webhooks.timeout_s),
        headers={"User-Agent": "Cutdown"},
        auto_decompress=False,
        trust_env=False,
    ) as session:
        yield WebhookNotifier(
            session=session,
            clients=services.settings.clients,
            download_url=services.download_url,
            page_url=services.page_url,
            notes=services.notes,
            now=services.now,
        )


class WebhookNotifier:
    """Posts the news, signed with the first secret of the client that asked for what it is about."""

    kind = "webhook"

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        clients: Sequence[ClientSettings],
        download_url: Callable[[Export], str],
        page_url: Callable[[Export], str],
        notes: Notes,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._clients = {client.name: client for client in clients}
        self._download_url = download_url
        self._page_url = page_url
        self._notes = notes
        self._now = now

    async def notify(self, news: News | VideoNews) -> None:
        """Post the news once.

        Raises:
            Undeliverable: the endpoint is gone or private, the link has died, or nobody can sign any more.
            RetryLater: the other side did not take it.
        """
        body, gone = self._body(news), gone_note(news.destination.address)
        if await self._notes.get(gone):
            raise Undeliverable("the endpoint has answered 410 before")
        try:
            async with self._session.post(
                news.destination.address["url"],
                data=body,
                headers={"Content-Type": "application/json"} | self._signature(news, body),
                allow_redirects=False,
            ) as response:
                if response.status == GONE:
                    await self._notes.put(gone, self._now().isoformat())
                _judge(response, now=self._now())
                with suppress(aiohttp.ClientError, TimeoutError):
                    await response.content.read(ANSWER_BYTES)
        except aiohttp.InvalidURL:
            raise Undeliverable("the address cannot be understood") from None
        except (
            aiohttp.ClientResponseError
        ):  # whose text holds the address, and with it what opens doors there
            raise RetryLater("the answer makes no sense") from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                raise Undeliverable("the address is not public") from None
            raise

    def _body(self, news: News | VideoNews) -> bytes:
        if isinstance(news, VideoNews):
            return json.dumps(payload_of_video(news)).encode()
        if news.event is Event.COMPLETED and _expired(news.export, now=self._now()):
            raise Undeliverable("the link has expired")
        links = {"download_url": self._download_url(news.export), "page_url": self._page_url(news.export)}
        return json.dumps(payload(news, links=links)).encode()

    def _signature(self, news: News | VideoNews, body: bytes) -> dict[str, str]:
        client = self._clients.get(news.destination.address["client"])
        if client is None or not client.secrets:
            raise Undeliverable("the client has no secret any more")
        secret = client.secrets[0].get_secret_value()
        return sign(body, id=news.delivery_id, secret=secret, now=self._now())


def gone_note(address: Mapping[str, str]) -> str:
    """The note that says that a client's endpoint wants nothing any more."""
    return f"webhook gone: {address['client']} {address['url']}"


def payload(news: News, *, links: Mapping[str, str]) -> dict[str, object]:
    """What is posted: who it is about, how it ended, where it is and what had to give way.

    Everything else can be asked for by its id.
    """
    export = news.export
    data: dict[str, object] = {
        "id": export.id,
        "status": news.event.removeprefix("export."),
        "scene_id": export.scene_id,
        "video_id": export.video_id,
        "user_id": export.user_id,
    }
    if news.event is Event.COMPLETED and export.expires_at is not None and export.facts is not None:
        data |= links
        data |= {"expires_at": _written(export.expires_at), "notes": list(export.facts.notes)}
    if news.event is Event.PROGRESS:
        data["percent"] = news.percent
    if news.event is Event.FAILED:
        data["error"] = export.error
    return {"type": news.event.value, "timestamp": _written(news.occurred_at), "data": data}


def payload_of_video(news: VideoNews) -> dict[str, object]:
    """The same of a video: its scenes and its facts can be asked for by its id, where it is there."""
    intake = news.intake
    data: dict[str, object] = {
        "id": intake.video_id,
        "status": news.event.removeprefix("video."),
        "user_id": intake.owner_id,
    }
    if news.event is VideoEvent.FAILED:
        data["error"] = intake.error
    return {"type": news.event.value, "timestamp": _written(news.occurred_at), "data": data}


def patience_s(headers: Mapping[str, str], *, now: datetime) -> float:
    """What `Retry-After` asks for, in seconds or as a date; 0 when it asks for nothing that makes sense."""
    said = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(said):
        return min(float(said), LONGEST_PATIENCE_S)
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return 0.0
    left_s = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(0.0, left_s), LONGEST_PATIENCE_S)


def _judge(response: aiohttp.ClientResponse, *, now: datetime) -> None:
    if 200 <= response.status < 300:
        return
    if response.status == GONE:
        raise Undeliverable("the endpoint answered 410: it is gone")
    after_s = patience_s(response.headers, now=now) if response.status in ASKS_FOR_PATIENCE else 0.0
    raise RetryLater(f"the endpoint answered {response.status}", after_s=after_s)


def _expired(export: Export, *, now: datetime) -> bool:
    return export.expires_at is not None and export.expires_at <= now


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
