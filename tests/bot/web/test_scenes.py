"""Scenes are marked inside a video, by those who may act for its owner."""

from typing import Any

import pytest

from processing.errors import SceneNotFound
from storage.models import Scene, Video
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


async def test_a_scene_is_cut_in_two_and_made_whole_again(house: House) -> None:
    scene = await house.scene(start_s=10, end_s=30)
    cut = await house.post(f"/v1/scenes/{scene.id}/split", json={"at_s": 18.5, "title": "Replay"})
    assert cut.status == 201
    first, second = cut.json["scenes"]
    assert (first["id"], first["title"], first["start_s"], first["end_s"]) == (scene.id, "Kick-off", 10, 18.5)
    assert (second["title"], second["start_s"], second["end_s"]) == ("Replay", 18.5, 30)
    path = f"/v1/videos/{scene.video_id}/scenes"
    assert (await house.get(path)).json == cut.json
    whole = await house.post(f"{path}/merge", json={"scene_ids": [second["id"], first["id"]]})
    assert whole.status == 200
    assert whole.json == (await house.get(f"/v1/scenes/{scene.id}")).json
    assert (whole.json["start_s"], whole.json["end_s"], whole.json["title"]) == (10, 30, "Kick-off")
    assert (await house.get(path)).json["scenes"] == [whole.json]


@pytest.mark.parametrize("at_s", [10.0, 30.0, 5.0, 10.05, 29.95], ids=str)
async def test_a_scene_is_not_cut_outside_of_itself_or_at_its_very_edge(house: House, at_s: float) -> None:
    scene = await house.scene(start_s=10, end_s=30)
    answer = await house.post(f"/v1/scenes/{scene.id}/split", json={"at_s": at_s})
    assert (answer.status, answer.json["code"]) == (400, "invalid_range")
    assert await house.services.library.scenes_of(await video_of(house, scene)) == [scene]


async def test_scenes_with_something_else_between_them_do_not_become_one(house: House) -> None:
    scene = await house.scene(start_s=10, end_s=20)
    path = f"/v1/videos/{scene.video_id}/scenes"
    ids = [scene.id]
    for start_s, end_s in ((24.9, 30), (36, 40)):
        ids.append((await house.post(path, json={"start_s": start_s, "end_s": end_s})).json["id"])
    far = await house.post(f"{path}/merge", json={"scene_ids": ids})
    assert (far.status, far.json["code"]) == (400, "invalid_range")
    near = await house.post(f"{path}/merge", json={"scene_ids": ids[:2], "title": "Both"})
    assert (near.json["id"], near.json["end_s"], near.json["title"]) == (scene.id, 30, "Both")
    left = [one["id"] for one in (await house.get(path)).json["scenes"]]
    assert left == [ids[0], ids[2]]


@pytest.mark.parametrize("ids", [["twice", "twice"], ["twice", "scn_0000000000"]], ids=["one", "unknown"])
async def test_one_scene_or_an_unknown_one_cannot_be_merged(house: House, ids: list[str]) -> None:
    scene = await house.scene()
    named = [scene.id if name == "twice" else name for name in ids]
    answer = await house.post(f"/v1/videos/{scene.video_id}/scenes/merge", json={"scene_ids": named})
    assert answer.status in (400, 404)
    assert await house.services.scenes.get(scene.id) == scene


async def test_a_short_that_waits_is_made_as_it_was_asked_for_though_its_scene_is_cut(house: House) -> None:
    house.pool.gate.clear()
    scene = await house.scene(start_s=10, end_s=30)
    asked = await house.ask_for_short(scene)
    await house.post(f"/v1/scenes/{scene.id}/split", json={"at_s": 15})
    house.pool.gate.set()
    await house.ended(asked.json["id"])
    assert [(job.start_s, job.end_s) for job in house.pool.jobs] == [(10, 30)]


async def test_all_scenes_are_said_at_once_and_what_was_there_with_the_same_times_stays(house: House) -> None:
    kept = await house.scene(start_s=10, end_s=20)
    path = f"/v1/videos/{kept.video_id}/scenes"
    gone = (await house.post(path, json={"start_s": 1, "end_s": 2})).json["id"]
    said = {"scenes": [{"start_s": 30, "end_s": 40, "title": "Goal"}, {"start_s": 10, "end_s": 20}]}
    first = await house.ask("PUT", path, headers=house.bearer(), json=said)
    assert first.status == 200
    assert [(one["title"], one["start_s"]) for one in first.json["scenes"]] == [
        ("Kick-off", 10),
        ("Goal", 30),
    ]
    assert first.json["scenes"][0]["id"] == kept.id
    assert (await house.get(f"/v1/scenes/{gone}")).status == 404
    again = await house.ask("PUT", path, headers=house.bearer(), json=said)
    assert again.json == first.json == (await house.get(path)).json


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        pytest.param([{"start_s": 1, "end_s": 2}, {"start_s": 590, "end_s": 601}], 400, id="one-outside"),
        pytest.param([{"start_s": 1, "end_s": 2}, {"start_s": 1, "end_s": 2, "title": "b"}], 400, id="twice"),
        pytest.param([{"start_s": n, "end_s": n + 1} for n in range(501)], 400, id="too-many"),
    ],
)
async def test_scenes_are_said_all_or_none(house: House, wrong: list[dict[str, Any]], status: int) -> None:
    scene = await house.scene()
    path = f"/v1/videos/{scene.video_id}/scenes"
    answer = await house.ask("PUT", path, headers=house.bearer(), json={"scenes": wrong})
    assert answer.status == status
    assert await house.services.library.scenes_of(await video_of(house, scene)) == [scene]


@pytest.mark.parametrize("what", ["split", "merge", "scenes"])
async def test_strangers_change_nothing(house: House, what: str) -> None:
    scene = await house.scene(start_s=10, end_s=30)
    scenes = f"/v1/videos/{scene.video_id}/scenes"
    method, path, body = {
        "split": ("POST", f"/v1/scenes/{scene.id}/split", {"at_s": 20}),
        "merge": ("POST", f"{scenes}/merge", {"scene_ids": [scene.id, scene.id]}),
        "scenes": ("PUT", scenes, {"scenes": []}),
    }[what]
    answer = await house.ask(method, path, headers=house.bearer(OTHER_TOKEN), json=body)
    assert answer.status == 404
    assert await house.services.scenes.get(scene.id) == scene


async def test_of_two_cuts_at_once_one_is_told_that_the_scene_has_changed(house: House) -> None:
    scene = await house.scene(start_s=10, end_s=30)
    await house.services.library.split_scene(scene, at_s=15)
    with pytest.raises(SceneNotFound, match="meanwhile"):
        await house.services.library.split_scene(scene, at_s=25)
    left = await house.services.library.scenes_of(await video_of(house, scene))
    assert [(one.start_s, one.end_s) for one in left] == [(10, 15), (15, 30)]


async def video_of(house: House, scene: Scene) -> Video:
    video = await house.services.videos.get(scene.video_id)
    assert video is not None
    return video
