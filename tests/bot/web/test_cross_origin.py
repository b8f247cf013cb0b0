"""Pages of named origins may call; all others are as if there were no such thing."""

import pytest

from bot.config import Settings
from tests.bot.web.conftest import SETTINGS, House

FRIEND = "https://app.example.org"


@pytest.fixture
def settings() -> Settings:
    return Settings(**SETTINGS | {"service": {"allowed_origins": [FRIEND]}})


async def test_a_browser_that_asks_beforehand_is_told_what_it_may_send(house: House) -> None:
    headers = {"Origin": FRIEND, "Access-Control-Request-Method": "POST"}
    answer = await house.ask("OPTIONS", "/v1/exports", headers=headers)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


async def test_answers_and_refusals_may_be_shown_to_a_named_origin(house: House) -> None:
    for path, status in (("/v1/exports", 200), ("/v1/exports/none", 404)):
        answer = await house.get(path, headers=house.bearer() | {"Origin": FRIEND})
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == FRIEND


async def test_a_page_of_a_named_origin_may_play_a_short_in_parts(house: House) -> None:
    export = await house.services.exports.get(await house.completed(await house.scene()))
    assert export is not None
    answer = await house.ask("GET", f"/d/{export.token}", headers={"Origin": FRIEND, "Range": "bytes=0-3"})
    assert answer.status == 206
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Content-Range", "Accept-Ranges"} <= {*exposed}


async def test_what_is_kept_for_one_origin_is_not_given_to_another(house: House) -> None:
    for origin in ({}, {"Origin": FRIEND}, {"Origin": "https://evil.example"}):
        assert (await house.get("/v1/exports", headers=house.bearer() | origin)).headers["Vary"] == "Origin"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.org.evil.example"])
async def test_another_origin_gets_no_permission(house: House, origin: str) -> None:
    answer = await house.get("/v1/exports", headers=house.bearer() | {"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert (await house.ask("OPTIONS", "/v1/exports", headers=asked)).status == 405
