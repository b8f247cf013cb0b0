"""Shorts are asked for and looked after over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from processing.errors import RenderFailed
from tests.bot.web.conftest import OTHER_TOKEN, RECIPE, House


async def test_a_short_is_asked_for_made_and_linked(house: House) -> None:
    scene = await house.scene()
    asked = await house.ask_for_short(scene)
    assert asked.status == 202
    assert asked.headers["Location"].endswith(f"/v1/exports/{asked.json['id']}")
    assert int(asked.headers["Retry-After"]) > 0
    assert asked.headers["RateLimit"].startswith('"exports-per-day";r=9;t=')
    await house.ended(asked.json["id"])
    seen = (await house.get(asked.headers["Location"])).json
    assert (seen["status"], seen["progress"]["percent"]) == ("completed", 100)
    assert (seen["resolution"], seen["duration_s"], seen["size_bytes"]) == ("1080x1920", 10, 1900)
    assert (await house.get(seen["download_url"])).raw == house.pool.content


OPTIONS = {"focus": 20, "target_mb": 9.5, "normalize_loudness": False}


async def test_a_whole_number_may_be_written_with_a_point(house: House) -> None:
    answer = await house.ask_for_short(await house.scene(), focus=20.0)
    assert (answer.status, answer.json["focus"]) == (202, 20)


@pytest.mark.parametrize("door", ["export-short", "exports", "batch"])
async def test_every_option_goes_through_every_door_and_is_shown(house: House, door: str) -> None:
    scene = await house.scene()
    if door == "export-short":
        asked = (await house.ask_for_short(scene, **OPTIONS)).json
    elif door == "exports":
        asked = (await house.post("/v1/exports", json=RECIPE | OPTIONS | {"scene_id": scene.id})).json
    else:
        body = RECIPE | OPTIONS | {"scene_ids": [scene.id]}
        asked = (await house.post("/v1/exports/batch", json=body)).json["items"][0]["export"]
    await house.ended(asked["id"])
    seen = (await house.get(f"/v1/exports/{asked['id']}")).json
    for name, value in OPTIONS.items():
        assert asked[name] == seen[name] == value
    (job,) = house.pool.jobs
    assert (job.recipe.focus, job.recipe.target_mb, job.recipe.normalize_loudness) == (20, 9.5, False)


async def test_what_was_decided_on_the_way_is_told(house: House) -> None:
    house.pool.notes = ("quality was given up to stay below 9.5 MB",)
    export_id = await house.completed(await house.scene(), target_mb=9.5)
    assert (await house.get(f"/v1/exports/{export_id}")).json["notes"] == list(house.pool.notes)


async def test_a_short_that_is_made_again_is_made_by_the_same_recipe(house: House) -> None:
    export_id = await house.completed(await house.scene(), **OPTIONS)
    house.clock.advance(hours=25)
    again = await house.post(f"/v1/exports/{export_id}/renew", json={})
    assert again.status == 202
    assert {name: again.json[name] for name in OPTIONS} == OPTIONS


async def test_while_it_renders_progress_is_told_and_patience_asked_for(house: House) -> None:
    house.pool.gate.clear()
    scenes = [await house.scene(end_s=5 + number) for number in range(4)]
    exports = [(await house.ask_for_short(scene)).json["id"] for scene in scenes]
    async with asyncio.timeout(10):
        while len(house.services.board.latest) < 2:
            await house.services.board.changed()
    first, third, fourth = [await house.get(f"/v1/exports/{exports[n]}") for n in (0, 2, 3)]
    assert first.json["status"] == "processing"
    assert first.json["progress"] == {"percent": 50, "stage": "encoding", "eta_s": 1.0}
    assert (third.json["queue_position"], fourth.json["queue_position"]) == (1, 2)
    assert "Retry-After" in first.headers
    assert first.json["download_url"] is None


async def test_a_failed_export_says_why(house: House) -> None:
    house.pool.error = RenderFailed("The video could not be processed.", "secret words")
    answer = await house.get(f"/v1/exports/{await house.completed(await house.scene())}")
    assert (answer.json["status"], answer.json["error"]) == ("failed", "The video could not be processed.")
    assert "Retry-After" not in answer.headers


async def test_from_its_moment_on_an_export_is_expired_swept_up_or_not(house: House) -> None:
    export_id = await house.completed(await house.scene())
    house.clock.advance(hours=24)
    answer = await house.get(f"/v1/exports/{export_id}")
    assert (answer.json["status"], answer.json["download_url"]) == ("expired", None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"aspect_ratio_strategy": "stretch"}, "unknown_strategy", id="strategy"),
        pytest.param({"output_quality": "ultra"}, "unknown_quality", id="quality"),
        pytest.param({"output_quality": 1}, "invalid_input", id="type"),
        pytest.param({"focus": 101}, "invalid_input", id="focus-beyond-the-edge"),
        pytest.param({"focus": "left"}, "invalid_input", id="focus-type"),
        pytest.param({"target_mb": 0}, "invalid_input", id="no-size"),
        pytest.param({"target_mb": 0.1}, "invalid_recipe", id="too-small-a-size"),
        pytest.param({"normalize_loudness": "yes"}, "invalid_input", id="loudness-type"),
        pytest.param({"notify": "ftp://example.org"}, "invalid_input", id="notify-ftp"),
        pytest.param({"notify": "http://example.org"}, "invalid_input", id="notify-http"),
        pytest.param({"notify": "HTTP://example.org"}, "invalid_input", id="notify-http-in-capitals"),
        pytest.param({"notify": "https://u:p@example.org"}, "invalid_input", id="notify-password"),
        pytest.param({"extra": 1}, "invalid_input", id="unknown-field"),
    ],
)
async def test_what_cannot_be_made_is_a_400(house: House, change: dict[str, object], code: str) -> None:
    answer = await house.ask_for_short(await house.scene(), **change)
    assert (answer.status, answer.json["code"]) == (400, code)


async def test_a_scene_longer_than_a_short_may_be_is_a_400(house: House) -> None:
    answer = await house.ask_for_short(await house.scene(start_s=0, end_s=181))
    assert (answer.status, answer.json["code"]) == (400, "scene_too_long")


async def test_the_eleventh_of_the_day_is_a_429_that_says_when(house: House) -> None:
    scene = await house.scene()
    for _ in range(10):
        assert (await house.ask_for_short(scene)).status == 202
    answer = await house.ask_for_short(scene)
    assert (answer.status, answer.json["code"]) == (429, "quota_exceeded")
    until_midnight_s = timedelta(hours=12).total_seconds()
    assert float(answer.headers["Retry-After"]) == until_midnight_s
    assert answer.headers["RateLimit"] == '"exports-per-day";r=0;t=43200'
    assert answer.headers["RateLimit-Policy"] == '"exports-per-day";q=10;w=86400'


async def test_another_users_scene_is_as_good_as_none(house: House) -> None:
    scene = await house.scene(owner_id="alice")
    answer = await house.ask_for_short(scene)
    missing = await house.post("/v1/scenes/scn_none/export-short", json=RECIPE)
    assert (answer.status, answer.json) == (404, missing.json)
    assert (await house.ask_for_short(scene, user_id="alice")).status == 202


async def test_a_user_whom_the_client_may_not_name_is_a_403(house: House) -> None:
    answer = await house.ask_for_short(await house.scene(), user_id="bob")
    assert answer.status == 403


async def test_another_clients_export_is_as_good_as_none(house: House) -> None:
    asked = await house.ask_for_short(await house.scene())
    answer = await house.get(asked.headers["Location"], headers=house.bearer(OTHER_TOKEN))
    assert answer.status == 404


async def test_the_same_key_and_body_give_the_same_export_and_answer(house: House) -> None:
    scene = await house.scene()
    headers = house.bearer() | {"Idempotency-Key": "once"}
    path = f"/v1/scenes/{scene.id}/export-short"
    first = await house.post(path, json=RECIPE, headers=headers)
    await house.ended(first.json["id"])
    again = await house.post(path, json=RECIPE, headers=headers)
    assert (again.status, again.json) == (202, first.json)
    assert len(house.pool.jobs) == 1


async def test_the_same_key_with_another_body_is_a_422(house: House) -> None:
    scene = await house.scene()
    headers = house.bearer() | {"Idempotency-Key": "once"}
    path = f"/v1/scenes/{scene.id}/export-short"
    await house.post(path, json=RECIPE, headers=headers)
    other = await house.post(path, json=RECIPE | {"output_quality": "medium"}, headers=headers)
    assert (other.status, other.json["code"]) == (422, "idempotency_conflict")


async def test_news_goes_where_the_request_says_else_where_the_client_hears_of_everything(
    house: House,
) -> None:
    asked = await house.ask_for_short(await house.scene(), notify="https://example.org/hook")
    (place,) = await house.services.deliveries.destinations_of(asked.json["id"])
    assert (place.kind, place.address) == (
        "webhook",
        {"client": "tool", "url": "https://example.org/hook"},
    )


async def test_a_list_goes_on_page_by_page(house: House) -> None:
    scene = await house.scene()
    made = [(await house.ask_for_short(scene)).json["id"] for _ in range(5)]
    seen: list[str] = []
    path = "/v1/exports?limit=2"
    while path:
        page = await house.get(path)
        seen += [export["id"] for export in page.json["exports"]]
        cursor = page.json["next_cursor"]
        path = f"/v1/exports?limit=2&cursor={cursor}" if cursor else ""
        assert ('rel="next"' in page.headers.get("Link", "")) == bool(cursor)
    assert seen == made[::-1]


@pytest.mark.parametrize("listed", ["exports", "deliveries"])
async def test_a_list_goes_on_though_the_page_before_has_been_forgotten(house: House, listed: str) -> None:
    scene, notify = await house.scene(), "https://hooks.example.org/cutdown"
    for _ in range(3):
        await house.completed(scene, notify=notify)
    *shown, last = (await house.get(f"/v1/{listed}")).json[listed]
    first = await house.get(f"/v1/{listed}?limit=2")
    assert first.json[listed] == shown
    async with house.services.database.transaction() as connection:
        await connection.executemany(f"DELETE FROM {listed} WHERE id = ?", [(one["id"],) for one in shown])
    second = await house.get(f"/v1/{listed}?limit=2&cursor={first.json['next_cursor']}")
    assert second.json[listed] == [last]


async def test_a_list_is_of_one_user(house: House) -> None:
    await house.ask_for_short(await house.scene(owner_id="alice"), user_id="alice")
    assert (await house.get("/v1/exports")).json["exports"] == []
    assert len((await house.get("/v1/exports?user_id=alice")).json["exports"]) == 1
    assert (await house.get("/v1/exports?user_id=bob")).status == 403


async def test_an_unfinished_export_is_called_off_and_its_place_given_back(house: House) -> None:
    house.pool.gate.clear()
    scene = await house.scene()
    asked = await house.ask_for_short(scene)
    gone = await house.ask("DELETE", asked.headers["Location"], headers=house.bearer())
    assert (gone.status, gone.json["status"]) == (200, "cancelled")
    again = await house.ask_for_short(scene)
    assert again.headers["RateLimit"].startswith('"exports-per-day";r=9;')


async def test_a_finished_short_is_deleted_with_its_link(house: House) -> None:
    export_id = await house.completed(await house.scene())
    link = (await house.get(f"/v1/exports/{export_id}")).json["download_url"]
    for _ in range(2):
        gone = await house.ask("DELETE", f"/v1/exports/{export_id}", headers=house.bearer())
        assert (gone.status, gone.json["status"]) == (200, "expired")
    assert (await house.get(link)).status == 410
    assert await house.services.files.entries() == []


async def test_an_unfinished_export_has_nothing_to_renew(house: House) -> None:
    house.pool.gate.clear()
    asked = await house.ask_for_short(await house.scene())
    answer = await house.post(f"/v1/exports/{asked.json['id']}/renew", json={})
    assert (answer.status, answer.json["code"]) == (409, "unfinished")
    assert len((await house.get("/v1/exports")).json["exports"]) == 1


async def test_a_link_is_renewed_without_a_body_and_a_short_is_not_asked_for_without_one(
    house: House,
) -> None:
    scene = await house.scene()
    export_id = await house.completed(scene)
    assert (await house.post(f"/v1/exports/{export_id}/renew")).status == 200
    assert (await house.post(f"/v1/exports/{export_id}/renew", headers=house.signed(b""))).status == 200
    assert (await house.post(f"/v1/exports/{export_id}/renew", data=b"null")).status == 400
    assert (await house.post(f"/v1/scenes/{scene.id}/export-short")).status == 400


async def test_a_living_link_is_renewed_in_place_and_the_old_one_is_dead(house: House) -> None:
    export_id = await house.completed(await house.scene())
    old = (await house.get(f"/v1/exports/{export_id}")).json
    house.clock.advance(hours=23)
    new = await house.post(f"/v1/exports/{export_id}/renew", json={})
    assert (new.status, new.json["id"]) == (200, export_id)
    assert new.json["expires_at"] > old["expires_at"]
    assert (await house.get(old["download_url"])).status == 404
    assert (await house.get(new.json["download_url"])).raw == house.pool.content


async def test_after_its_time_a_short_is_made_again_and_counted(house: House) -> None:
    export_id = await house.completed(await house.scene())
    house.clock.advance(hours=25)
    again = await house.post(f"/v1/exports/{export_id}/renew", json={})
    assert again.status == 202
    assert again.json["id"] != export_id
    assert again.headers["RateLimit"].startswith('"exports-per-day";r=9;')
    assert again.json["end_s"] == 11
