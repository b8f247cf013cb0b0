"""A short of a video that is still to be fetched needs one call."""

from typing import Any

import pytest

from tests.bot.web.conftest import RECIPE, Answer, House


async def order(house: House, url: str, *, key: str | None = None, **more: Any) -> Answer:
    body = RECIPE | {"source_url": url, "start_s": 0, "end_s": 1} | more
    return await house.post(
        "/v1/exports", json=body, headers=house.bearer() | ({"Idempotency-Key": key} if key else {})
    )


async def fetches(house: House) -> int:
    """How many videos are to be fetched."""
    row = await house.services.database.fetch_one("SELECT count(*) AS fetches FROM intakes WHERE url <> ''")
    return int(row["fetches"]) if row else 0


async def stands(house: House, asked: Answer) -> Any:
    return (await house.get(f"/v1/exports/{asked.json['id']}")).json


async def test_one_call_fetches_the_video_and_makes_the_short(house: House, films: str) -> None:
    asked = await order(house, f"{films}film.mp4")
    assert asked.status == 202, asked.json
    waits = await stands(house, asked)
    assert (waits["status"], waits["queue_position"]) == ("pending", None)
    await house.services.ingestor.work_off()
    await house.ended(asked.json["id"])
    done = await stands(house, asked)
    assert (done["status"], done["title"]) == ("completed", "film.mp4 0-1 s")
    assert (await house.ask("GET", done["download_url"])).raw == house.pool.content
    scene = await house.get(f"/v1/scenes/{asked.json['scene_id']}")
    assert (scene.json["video_id"], scene.json["end_s"]) == (asked.json["video_id"], 1)


async def test_others_overtake_what_waits_for_its_video(house: House, films: str) -> None:
    asked = await order(house, f"{films}film.mp4")
    await house.completed(await house.scene())
    assert (await stands(house, asked))["status"] == "pending"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param("http://10.0.0.1/film.mp4", "The address is not public.", id="private"),
        pytest.param("{films}lost.mp4", "The server answers 404.", id="lost"),
    ],
)
async def test_a_fetch_that_fails_ends_the_export_and_gives_its_place_back(
    house: House, films: str, url: str, error: str
) -> None:
    asked = await order(house, url.format(films=films), notify="https://hooks.example.org/cutdown")
    assert asked.headers["RateLimit"].startswith('"exports-per-day";r=9')
    await house.services.ingestor.work_off()
    await house.ended(asked.json["id"])
    failed = await stands(house, asked)
    assert (failed["status"], failed["error"]) == ("failed", error)
    (news,) = await house.services.deliveries.of_export(failed["id"])
    assert news.event == "export.failed"
    quota = await house.services.exports.quota("tool", house.clock(), limit=10)
    assert quota.used == 0


async def test_a_failed_fetch_does_not_wait_for_a_slot(house: House, films: str) -> None:
    house.pool.gate.clear()
    for start_s in (1, 2):
        await house.ask_for_short(await house.scene(start_s=start_s))
    asked = await order(house, f"{films}lost.mp4")
    await house.services.ingestor.work_off()
    await house.ended(asked.json["id"])
    assert (await stands(house, asked))["status"] == "failed"
    house.pool.gate.set()


async def test_what_is_refused_fetches_nothing(house: House, films: str) -> None:
    for end_s in (0, 181):
        assert (await order(house, f"{films}film.mp4", end_s=end_s)).status == 400
    for number in range(10):
        assert (await order(house, f"{films}film.mp4", key=str(number))).status == 202
    assert (await order(house, f"{films}film.mp4")).status == 429
    assert await fetches(house) == 10


async def test_the_same_key_fetches_once(house: House, films: str) -> None:
    first, second = [await order(house, f"{films}film.mp4", key="once") for _ in range(2)]
    assert first.json == second.json
    assert await fetches(house) == 1


async def test_what_was_called_off_stays_so_when_its_video_comes(house: House, films: str) -> None:
    asked = await order(house, f"{films}film.mp4")
    await house.ask("DELETE", f"/v1/exports/{asked.json['id']}", headers=house.bearer())
    await house.services.ingestor.work_off()
    assert (await stands(house, asked))["status"] == "cancelled"
    assert (await house.get(f"/v1/scenes/{asked.json['scene_id']}")).status == 404
