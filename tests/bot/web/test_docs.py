"""The HTTP face describes itself, offline, in the words of the models that check it."""

import re
from pathlib import Path

import pytest

from bot.web.server import ROUTES
from tests.bot.web.conftest import House
from tests.browser import CHROMIUM, opened


async def test_every_route_is_in_the_document_and_says_what_it_does(house: House) -> None:
    document = (await house.ask("GET", "/openapi.json")).json
    assert document["openapi"].startswith("3.1")
    for route in ROUTES:
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["summary"].endswith(".")
        assert "default" in operation["responses"]


async def test_a_body_that_must_hold_nothing_need_not_be_sent(house: House) -> None:
    paths = (await house.ask("GET", "/openapi.json")).json["paths"]
    required = {
        f"{method.upper()} {path}": operation["requestBody"]["required"]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert {name for name, needed in required.items() if not needed} == {
        "POST /v1/exports/{export_id}/renew",
        "PATCH /v1/scenes/{scene_id}",
    }


async def test_every_reference_in_the_document_leads_somewhere(house: House) -> None:
    answer = await house.ask("GET", "/openapi.json")
    schemas = answer.json["components"]["schemas"]
    references = set(re.findall(rb'"#/components/schemas/(\w+)"', answer.raw))
    assert references
    assert {name.decode() for name in references} <= set(schemas)


async def test_the_page_needs_nothing_from_elsewhere(house: House) -> None:
    page = (await house.ask("GET", "/docs")).raw.decode()
    assert "http" not in page.replace("http-equiv", "")
    script = await house.ask("GET", "/docs/rapidoc-min.js")
    assert (script.status, "javascript" in script.headers["Content-Type"]) == (200, True)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium` brings it")
async def test_a_browser_draws_the_page(house: House, tmp_path: Path) -> None:
    picture = tmp_path / "docs.png"
    await opened(f"{house.services.base_url}/docs", f"--screenshot={picture}", "--window-size=1200,900")
    assert picture.stat().st_size > 30_000, "an empty page is a smaller picture"
