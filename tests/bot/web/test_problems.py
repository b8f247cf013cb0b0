"""Every failure is an RFC 9457 document, and none shows what is inside."""

import pytest

from bot.web.server import application
from tests.bot.web.conftest import House


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


def test_the_application_is_built_without_touching_anything(house: House) -> None:
    assert application(house.services) is not application(house.services)
