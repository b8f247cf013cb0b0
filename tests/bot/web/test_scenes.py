"""Scenes are marked inside a video, by those who may act for its owner."""

from typing import Any

import pytest

from tests.bot.web.conftest import OTHER_TOKEN, House


async def test_a_scene_is_kept_and_listed_in_order_of_time(house: House) -> None:
    first = await house.scene(start_s=50, end_s=60)
    path = f"/v1/videos/{first.video_id}/scenes"
    made = await house.post(path, json={"start_s": 10.5, "end_s": 20, "title": "A goal"})
    assert made.status == 201
    assert (made.json["title"], made.json["duration_s"]) == ("A goal", 9.5)
    listed = await house.get(path)
    assert [scene["id"] for scene in listed.json["scenes"]] == [made.json["id"], first.id]


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        pytest.param({"start_s": 1}, "invalid_input", "end_s", id="no-end"),
        pytest.param({"start_s": "one", "end_s": 2}, "invalid_input", "start_s", id="no-number"),
        pytest.param({"start_s": 1, "end_s": 2, "color": 1}, "invalid_input", "color", id="unknown-field"),
        pytest.param([], "invalid_input", "object", id="no-object"),
        pytest.param({"start_s": 5, "end_s": 5}, "invalid_range", "after the start", id="empty"),
        pytest.param({"start_s": 5, "end_s": 601}, "invalid_range", "inside the video", id="outside"),
    ],
)
async def test_a_wrong_scene_is_a_400_that_names_the_fault(
    house: House, body: Any, code: str, named: str
) -> None:
    scene = await house.scene()
    answer = await house.post(f"/v1/videos/{scene.video_id}/scenes", json=body)
    assert (answer.status, answer.json["code"]) == (400, code)
    assert named in answer.json["detail"]
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_a_strangers_video_takes_no_scenes(house: House) -> None:
    scene = await house.scene()
    path = f"/v1/videos/{scene.video_id}/scenes"
    answer = await house.post(path, json={"start_s": 1, "end_s": 2}, headers=house.bearer(OTHER_TOKEN))
    assert answer.status == 404


async def test_a_scene_is_renamed_and_moved(house: House) -> None:
    scene = await house.scene(start_s=1, end_s=11)
    path = f"/v1/scenes/{scene.id}"
    renamed = await house.ask("PATCH", path, headers=house.bearer(), json={"title": "Goal!"})
    assert (renamed.status, renamed.json["title"], renamed.json["end_s"]) == (200, "Goal!", 11)
    moved = await house.ask("PATCH", path, headers=house.bearer(), json={"start_s": 4.5})
    assert (moved.json["start_s"], moved.json["end_s"], moved.json["title"]) == (4.5, 11, "Goal!")
    assert (await house.get(path)).json == moved.json


async def test_a_scene_cannot_be_moved_out_of_its_video(house: House) -> None:
    scene = await house.scene(start_s=1, end_s=11)
    answer = await house.ask(
        "PATCH", f"/v1/scenes/{scene.id}", headers=house.bearer(), json={"end_s": 9999.0}
    )
    assert (answer.status, answer.json["code"]) == (400, "invalid_range")
    assert (await house.get(f"/v1/scenes/{scene.id}")).json["end_s"] == 11


async def test_a_removed_scene_is_gone_and_its_video_is_not(house: House) -> None:
    scene = await house.scene()
    path = f"/v1/scenes/{scene.id}"
    assert (await house.ask("DELETE", path, headers=house.bearer())).status == 204
    assert (await house.get(path)).status == 404
    assert (await house.get(f"/v1/videos/{scene.video_id}")).status == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_strangers_scene_is_as_good_as_none(house: House, method: str) -> None:
    scene = await house.scene()
    body = {"json": {"title": "Mine"}} if method == "PATCH" else {}
    answer = await house.ask(method, f"/v1/scenes/{scene.id}", headers=house.bearer(OTHER_TOKEN), **body)
    assert answer.status == 404
    assert await house.services.scenes.get(scene.id) == scene
