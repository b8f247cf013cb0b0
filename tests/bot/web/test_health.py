"""Those who watch the service are told the truth, in numbers and in one word."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from processing.delivery import Courier
from processing.errors import QuotaExceeded, Refusal, RenderFailed, RenderTimedOut, SourceRefused
from processing.news import Undeliverable
from processing.requests import ExportRequest
from processing.tally import Failure
from storage.records import Records
from tests import samples
from tests.bot.web.conftest import RECIPE, House
from tests.fakes import FakeNotifier

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


async def test_failures_stand_at_zero_and_are_counted_for_as_long_as_the_process_lives(house: House) -> None:
    none = dict.fromkeys(Failure, 0.0)
    assert (await figures(house))["cutdown_exports_failed_total"] == none
    for error in (RenderFailed("no"), RenderTimedOut("no"), SourceRefused(Refusal.EMPTY), ValueError(), None):
        house.pool.error = error
        await house.completed(await house.scene())
    before = await figures(house)
    ones = dict.fromkeys(("render_failed", "render_timed_out", "source_refused", "our_fault"), 1.0)
    assert before["cutdown_exports_failed_total"] == none | ones
    assert before["cutdown_export_render_seconds_count"] == {"": 5}
    long_after = house.clock() + timedelta(days=1)
    assert await Records(house.services.database).forget(ended_before=long_after, at_most=9) == 4
    after = await figures(house)
    assert after["cutdown_exports"] == {"completed": 1}
    for counter in ("exports_failed_total", "export_render_seconds_bucket", "export_wait_seconds_bucket"):
        assert after[f"cutdown_{counter}"] == before[f"cutdown_{counter}"]


async def test_every_error_of_a_render_is_counted_under_a_name_that_is_known() -> None:
    kinds = [SourceRefused, RenderFailed, *SourceRefused.__subclasses__(), *RenderFailed.__subclasses__()]
    assert {kind.code for kind in kinds} <= set(Failure)


async def test_news_that_is_given_up_is_counted_and_what_is_overtaken_is_not(house: House) -> None:
    services, here = house.services, FakeNotifier("here")
    courier = Courier(
        deliveries=services.deliveries,
        exports=services.exports,
        intakes=services.intakes,
        notifiers={"here": here, "there": FakeNotifier("there")},
        exports_per_day=10,
        now=services.now,
        tally=services.tally,
    )
    assert (await figures(house))["cutdown_news_lost_total"] == {"here": 0, "there": 0}
    curious = replace(samples.HERE, address={"events": "export.progress export.cancelled"})
    export = samples.export()
    await services.exports.create(export, [curious], at_most=9, failed_at_most=9)
    assert await services.exports.start_next(house.clock())
    await services.deliveries.tell_progress(export.id, 25, now=house.clock())
    await services.exports.cancel(export.id, now=house.clock())
    await courier.bring_due()
    found = await figures(house)
    assert found["cutdown_deliveries"] == {"here,abandoned": 1, "here,delivered": 1}
    assert found["cutdown_news_lost_total"] == {"here": 0, "there": 0}
    lost = samples.export()
    await services.exports.create(lost, [samples.HERE], at_most=9, failed_at_most=9)
    await services.exports.cancel(lost.id, now=house.clock())
    here.errors = [Undeliverable("the channel is gone")]
    await courier.bring_due()
    assert (await figures(house))["cutdown_news_lost_total"] == {"here": 1, "there": 0}


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
