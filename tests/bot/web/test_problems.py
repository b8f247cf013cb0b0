"""Every failure is an RFC 9457 document, and none shows what is inside."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.web.problems import translated
from bot.web.server import application
from tests.bot.web.conftest import TOKEN, House
from tests.samples import NOON


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nowhere", 404, id="unknown-path"),
        pytest.param("PUT", "/v1/videos", 405, id="wrong-method"),
        pytest.param("GET", "/v1/exports/exp_none", 404, id="unknown-export"),
    ],
)
async def test_a_failure_is_a_problem_document(house: House, method: str, path: str, status: int) -> None:
    answer = await house.ask(method, path, headers=house.bearer())
    assert answer.status == answer.json["status"] == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "code", "detail"} <= set(answer.json)


async def test_no_answer_tells_the_versions_behind_it(house: House) -> None:
    for path in ("/healthz", "/nowhere", "/v1/exports"):
        assert (await house.ask("GET", path)).headers["Server"] == "Cutdown"


async def test_a_wrong_method_is_told_the_right_ones(house: House) -> None:
    assert "POST" in (await house.ask("PUT", "/v1/videos")).headers["Allow"]


async def test_a_body_beyond_the_bound_is_a_413(house: House) -> None:
    scene = await house.scene()
    answer = await house.post(f"/v1/scenes/{scene.id}/export-short", data=b" " * 300_000)
    assert (answer.status, answer.json["code"]) == (413, "too_large")


async def test_what_nobody_foresaw_is_a_500_without_a_trace(house: House) -> None:
    await house.services.database.fetch_all("SELECT 1")
    async with house.services.database.transaction() as connection:
        await connection.execute("ALTER TABLE exports RENAME TO lost")
    answer = await house.get("/v1/exports/exp_1")
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert b"exports" not in answer.raw
    assert b"Traceback" not in answer.raw


async def test_a_full_database_is_a_507(house: House) -> None:
    scene = await house.scene()
    async with house.services.database.transaction() as connection:
        await connection.execute("PRAGMA max_page_count = 1")  # SQLite takes what there is: not one page more
    title = {"start_s": 1, "end_s": 2, "title": "x" * 200}
    answers = [await house.post(f"/v1/videos/{scene.video_id}/scenes", json=title) for _ in range(60)]
    assert (answers[-1].status, answers[-1].json["code"]) == (507, "no_room")
    assert (await house.get(f"/v1/scenes/{scene.id}")).status == 200


async def test_a_full_disk_is_one_line_of_the_log_for_each_request_and_no_trace(house: House) -> None:
    scene = await house.scene()
    async with house.services.database.transaction() as connection:
        await connection.execute("PRAGMA max_page_count = 1")
    title = {"start_s": 1, "end_s": 2, "title": "x" * 200}
    with capture_logs() as lines:
        answers = [await house.post(f"/v1/videos/{scene.video_id}/scenes", json=title) for _ in range(60)]
    refused = [answer for answer in answers if answer.status == 507]
    told = [line for line in lines if line["log_level"] in ("warning", "error")]
    assert refused
    assert [line["event"] for line in told] == ["no room for a request"] * len(refused)
    assert all("exc_info" not in line and "No space left" in line["error"] for line in told)


def test_a_full_disk_is_a_507() -> None:
    with pytest.raises(OSError, match="No space left") as caught, Path("/dev/full").open("wb", 0) as full:
        full.write(b"x")
    assert translated(caught.value, now=NOON).status == 507


def test_the_application_is_built_without_touching_anything(house: House) -> None:
    assert application(house.services) is not application(house.services)


@pytest.mark.parametrize(
    "path", [b"/d/%ff", b"/s/%ed%a0%80", b"/v1/exports/%ff", b"/v1/exports/a%00b", b"/d/\xff"]
)
async def test_no_bytes_in_an_address_break_anything(house: House, path: bytes) -> None:
    assert await status_of(house, path, b"Bearer " + TOKEN.encode()) in (b"404", b"400")


@pytest.mark.parametrize("token", [b"Bearer \xff\xfe", b"Bearer \xc3\xa9", b"Bearer "])
async def test_no_bytes_in_a_token_break_anything(house: House, token: bytes) -> None:
    assert await status_of(house, b"/v1/exports", token) in (b"401", b"400")


async def status_of(house: House, path: bytes, authorization: bytes) -> bytes:
    """The status of a request written by hand, since clients refuse to send such bytes."""
    url = URL(house.services.base_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
    writer.write(b"Authorization: " + authorization + b"\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.split(b" ", 2)[1]
