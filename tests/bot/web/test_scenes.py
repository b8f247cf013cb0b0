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
