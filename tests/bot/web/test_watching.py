"""An export is watched by asking, by waiting and by listening."""

import asyncio
import json

import aiohttp
import pytest

from processing.ffmpeg import Progress
from tests.bot.web.conftest import TOKEN, House
from tests.bot.web.test_patience import said_until_the_end


async def rendering(house: House) -> str:
    """An export that stands still at 50 %."""
    house.pool.gate.clear()
    asked = await house.ask_for_short(await house.scene())
    async with asyncio.timeout(10):
        while asked.json["id"] not in house.services.board.latest:
            await house.services.board.changed()
    return str(asked.json["id"])


async def test_who_has_the_latest_version_is_told_so(house: House) -> None:
    export_id = await house.completed(await house.scene())
    etag = (await house.get(f"/v1/exports/{export_id}")).headers["ETag"]
    headers = house.bearer() | {"If-None-Match": etag}
    again = await house.get(f"/v1/exports/{export_id}", headers=headers)
    assert (again.status, again.raw) == (304, b"")


@pytest.mark.parametrize("known", ["W/{}", '"other", {}', "*"], ids=["weak", "one-of-several", "any"])
async def test_who_has_the_latest_version_may_say_so_in_every_form(house: House, known: str) -> None:
    export_id = await house.completed(await house.scene())
    etag = (await house.get(f"/v1/exports/{export_id}")).headers["ETag"]
    headers = house.bearer() | {"If-None-Match": known.format(etag)}
    assert (await house.get(f"/v1/exports/{export_id}", headers=headers)).status == 304


async def test_a_long_poll_ends_with_the_export(house: House) -> None:
    export_id = await rendering(house)
    waiting = asyncio.ensure_future(house.get(f"/v1/exports/{export_id}?wait=20"))
    house.pool.gate.set()
    answer = await waiting
    assert answer.json["status"] == "completed"


async def test_a_long_poll_with_a_version_ends_with_the_next_one(house: House) -> None:
    export_id = await rendering(house)
    etag = (await house.get(f"/v1/exports/{export_id}")).headers["ETag"]
    headers = house.bearer() | {"If-None-Match": etag}
    waiting = asyncio.ensure_future(house.get(f"/v1/exports/{export_id}?wait=20", headers=headers))
    house.services.board.report(export_id, Progress(stage="encoding", percent=75))
    answer = await waiting
    assert (answer.json["status"], answer.json["progress"]["percent"]) == ("processing", 75)


async def test_a_long_poll_gives_up_in_time(house: House) -> None:
    answer = await house.get(f"/v1/exports/{await rendering(house)}?wait=1")
    assert (answer.status, answer.json["status"]) == (200, "processing")


async def test_a_wait_that_is_no_number_or_too_long_is_a_400(house: House) -> None:
    export_id = await house.completed(await house.scene())
    for wait in ("soon", "61", "-1"):
        assert (await house.get(f"/v1/exports/{export_id}?wait={wait}")).status == 400


async def test_every_change_is_told_as_an_event_until_the_end(house: House) -> None:
    export_id = await rendering(house)
    path = f"/v1/exports/{export_id}/events"
    async with house.http.get(path, headers=house.bearer()) as response:
        assert response.content_type == "text/event-stream"
        first = await event(response)
        house.services.board.report(export_id, Progress(stage="encoding", percent=80, eta_s=2))
        second = await event(response)
        house.pool.gate.set()
        last = await event(response)
        assert await response.content.read() == b""
    assert [name for name, _ in (first, second, last)] == ["processing", "processing", "completed"]
    assert second[1]["progress"] == {"percent": 80, "stage": "encoding", "eta_s": 2}
    assert last[1]["download_url"].startswith("http")


async def test_who_asks_for_the_head_of_the_events_alone_gets_no_more(house: House) -> None:
    export_id = await house.completed(await house.scene())
    head = f" HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\n"
    asked = f"HEAD /v1/exports/{export_id}/events{head}\r\n"
    said = await said_until_the_end(
        house, asked, f"GET /v1/exports/{export_id}{head}Connection: close\r\n\r\n"
    )
    first, second, body = said.split(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200")
    assert b"text/event-stream" in first
    assert second.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["id"] == export_id


async def test_who_listens_is_let_go_when_the_service_closes(house: House) -> None:
    export_id = await rendering(house)
    async with house.http.get(f"/v1/exports/{export_id}/events", headers=house.bearer()) as response:
        await event(response)
        await house.close()
        assert await response.content.read() == b""


async def event(response: aiohttp.ClientResponse) -> tuple[str, dict[str, object]]:
    name = (await response.content.readline()).decode().removeprefix("event: ").strip()
    data = json.loads((await response.content.readline()).decode().removeprefix("data: "))
    assert await response.content.readline() == b"\n"
    return name, data
