"""Those who watch the service are told the truth, in numbers and in one word."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from processing.errors import QuotaExceeded, RenderFailed
from processing.requests import ExportRequest
from tests import samples
from tests.bot.web.conftest import RECIPE, House

ROOT = Path(__file__).parents[3]


async def figures(house: House) -> dict[str, dict[str, float]]:
    """Name of a sample -> its labels as text -> its value."""
    answer = await house.get("/metrics")
    assert answer.status == 200
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(answer.raw.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[",".join(map(str, sample.labels.values()))] = sample.value
    return found


async def test_a_service_that_lacks_nothing_is_ready(house: House) -> None:
    answer = await house.ask("GET", "/readyz")
    assert (answer.status, set(answer.json["checks"].values())) == (200, {True})
    assert await house.services.files.entries() == []


async def test_a_service_that_cannot_write_is_alive_but_not_ready(house: House) -> None:
    async with house.services.database.transaction() as connection:
        await connection.execute("ALTER TABLE notes RENAME TO lost")
    assert (await house.ask("GET", "/healthz")).status == 200
    answer = await house.ask("GET", "/readyz")
    assert answer.status == 503
    assert answer.json["checks"] == {"database": False, "ffmpeg": True, "storage": True, "disk": True}
    assert b"lost" not in answer.raw


async def test_the_figures_count_what_has_happened(house: House) -> None:
    await house.completed(await house.scene())
    house.pool.error = RenderFailed("The video could not be processed.")
    await house.completed(await house.scene(), notify="https://127.0.0.1/hook")
    found = await figures(house)
    assert found["cutdown_exports"] == {"completed": 1, "failed": 1}
    assert found["cutdown_export_failures"] == {"The video could not be processed.": 1}
    assert found["cutdown_deliveries"]["webhook,due"] >= 1
    assert found["cutdown_stored_bytes"]["shorts"] == 1900
    assert found["cutdown_export_render_seconds_count"] == {"": 2}
    assert found["cutdown_http_requests_total"]["POST,/v1/scenes/{scene_id}/export-short,202"] == 2


async def test_a_refusal_is_counted_by_its_reason_through_whichever_door_it_came(house: House) -> None:
    scene, long = await house.scene(), await house.scene(end_s=300)
    batch = RECIPE | {"scene_ids": [scene.id] * 10}
    assert (await house.post("/v1/exports/batch", json=batch)).status == 200
    assert (await house.ask_for_short(scene)).status == 429
    chats = ExportRequest(scene_id=scene.id, recipe=samples.RECIPE, user_id="tool")
    with pytest.raises(QuotaExceeded):
        await house.services.exporter.request(chats)
    await house.ask_for_short(long)
    found = await figures(house)
    assert found["cutdown_export_refusals_total"] == {"quota_exceeded": 2, "scene_too_long": 1}


async def test_no_address_and_no_foreign_method_becomes_a_label(house: House) -> None:
    await house.ask("PROPFIND", "/a/secret/path")
    assert found_in(await figures(house)) == {"any,unknown,404"}


def found_in(found: dict[str, dict[str, float]]) -> set[str]:
    return set(found.get("cutdown_http_requests_total", {}))


async def test_strangers_do_not_see_the_figures(house: House) -> None:
    assert (await house.ask("GET", "/metrics")).status == 401
    assert (await house.ask("GET", "/metrics", headers=house.signed(b""))).status == 401


@pytest.mark.parametrize("name", ["alerts.yml", "grafana.json"])
async def test_the_monitoring_files_ask_for_figures_that_there_are(house: House, name: str) -> None:
    scene = await house.scene()
    await house.completed(scene)
    await house.ask_for_short(scene, end_s=9000)  # refused
    text = (ROOT / "docs" / "monitoring" / name).read_text()
    if name.endswith(".json"):
        json.loads(text)
    asked = set(re.findall(r"\bcutdown_[a-z_]+", text))
    answer = (await house.get("/metrics")).raw.decode()
    given = set(re.findall(r"^# TYPE (cutdown_[a-z_]+)", answer, re.MULTILINE))
    assert {re.sub(r"_(bucket|count|sum)$", "", figure) for figure in asked} <= given
