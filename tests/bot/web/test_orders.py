"""Exports are started in one call, of many scenes at once, and never twice for one key."""

import asyncio
import json
from collections import Counter

import pytest

from tests.bot.web.conftest import RECIPE, Answer, House


async def test_a_part_of_a_video_needs_one_call(house: House) -> None:
    scene = await house.scene()
    body = RECIPE | {"video_id": scene.video_id, "start_s": 20, "end_s": 30.5}
    answer = await house.post("/v1/exports", json=body)
    assert answer.status == 202, answer.json
    assert (answer.json["start_s"], answer.json["end_s"]) == (20, 30.5)


async def test_the_same_part_twice_makes_one_scene(house: House) -> None:
    scene = await house.scene()
    body = RECIPE | {"video_id": scene.video_id, "start_s": 20, "end_s": 30.5}
    answers = [await house.post("/v1/exports", json=body) for _ in range(2)]
    assert answers[0].json["scene_id"] == answers[1].json["scene_id"]
    assert answers[0].json["id"] != answers[1].json["id"]


async def test_a_refusal_leaves_no_scene_behind(house: House) -> None:
    scene = await house.scene()
    for _ in range(10):
        await house.ask_for_short(scene)
    body = RECIPE | {"video_id": scene.video_id, "start_s": 20, "end_s": 30.5}
    assert (await house.post("/v1/exports", json=body)).status == 429
    scenes = (await house.get(f"/v1/videos/{scene.video_id}/scenes")).json["scenes"]
    assert [one["id"] for one in scenes] == [scene.id]


@pytest.mark.parametrize("path", ["/v1/videos/{video_id}", "/v1/scenes/{id}"], ids=["video", "scene"])
@pytest.mark.parametrize("part", [True, False], ids=["of-a-part", "of-a-scene"])
async def test_a_repetition_is_answered_when_what_it_was_made_of_is_gone(
    house: House, path: str, part: bool
) -> None:
    scene = await house.scene()
    source = {"video_id": scene.video_id, "start_s": 1, "end_s": 11} if part else {"scene_id": scene.id}
    headers = house.bearer() | {"Idempotency-Key": "once"}
    first = await house.post("/v1/exports", json=RECIPE | source, headers=headers)
    await house.ended(first.json["id"])
    gone = path.format(video_id=scene.video_id, id=scene.id)
    assert (await house.ask("DELETE", gone, headers=house.bearer())).status == 204
    again = await house.post("/v1/exports", json=RECIPE | source, headers=headers)
    assert (again.status, again.json) == (202, first.json)
    assert await house.services.scenes.of_video(scene.video_id) == []


async def test_a_repetition_is_answered_when_its_trim_lies_outside_the_scene_by_now(house: House) -> None:
    scene = await house.scene()
    body = RECIPE | {"scene_id": scene.id, "start_s": 5}
    headers = house.bearer() | {"Idempotency-Key": "once"}
    first = await house.post("/v1/exports", json=body, headers=headers)
    await house.ask("PATCH", f"/v1/scenes/{scene.id}", json={"end_s": 4}, headers=house.bearer())
    again = await house.post("/v1/exports", json=body, headers=headers)
    assert (again.status, again.json) == (202, first.json)


async def test_a_part_of_what_is_not_there_is_a_404(house: House) -> None:
    strangers = await house.scene(owner_id="stranger")
    for video_id in ("vid_none", strangers.video_id):
        answer = await house.post(
            "/v1/exports", json=RECIPE | {"video_id": video_id, "start_s": 1, "end_s": 11}
        )
        assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_a_scene_may_be_trimmed_in_the_call(house: House) -> None:
    scene = await house.scene()
    answer = await house.post("/v1/exports", json=RECIPE | {"scene_id": scene.id, "start_s": 5})
    assert (answer.json["start_s"], answer.json["end_s"]) == (5, 11)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        pytest.param({}, "one of", id="none"),
        pytest.param({"scene_id": "scn_1", "video_id": "vid_1"}, "one of", id="two"),
        pytest.param({"video_id": "vid_1", "start_s": 1}, "required", id="no-end"),
        pytest.param({"source_url": "https://example.org/a.mp4", "start_s": 1}, "required", id="url-no-end"),
        pytest.param(
            {"source_url": "ftp://example.org/a.mp4", "start_s": 1, "end_s": 2}, "source_url", id="no-url"
        ),
    ],
)
async def test_without_one_clear_source_it_is_a_400(
    house: House, source: dict[str, object], named: str
) -> None:
    answer = await house.post("/v1/exports", json=RECIPE | source)
    assert answer.status == 400
    assert named in answer.json["detail"]


async def test_a_batch_is_answered_item_by_item(house: House) -> None:
    scene, long = await house.scene(), await house.scene(end_s=300)
    body = RECIPE | {"scene_ids": [scene.id, "scn_none", long.id, *[scene.id] * 10]}
    answer = await house.post("/v1/exports/batch", json=body)
    assert answer.status == 200
    statuses = [item["status"] for item in answer.json["items"]]
    assert statuses == [202, 404, 400, *[202] * 9, 429]
    assert answer.json["items"][1]["problem"]["code"] == "scene_not_found"
    assert answer.json["items"][0]["export"]["scene_id"] == scene.id


async def test_a_repeated_batch_makes_nothing_new(house: House) -> None:
    body = RECIPE | {"scene_ids": [(await house.scene()).id] * 2}
    headers = house.bearer() | {"Idempotency-Key": "batch"}
    answers = [await house.post("/v1/exports/batch", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json == answers[1].json
    ids = {item["export"]["id"] for item in answers[0].json["items"]}
    assert len(ids) == 2


async def test_a_batch_of_more_than_fifty_is_a_400(house: House) -> None:
    answer = await house.post("/v1/exports/batch", json=RECIPE | {"scene_ids": ["scn_1"] * 51})
    assert answer.status == 400


async def test_an_overheard_signature_opens_no_other_door(house: House) -> None:
    scene = await house.scene()
    body = json.dumps(RECIPE).encode()
    signed = house.signed(body)
    path = f"/v1/scenes/{scene.id}/export-short"
    assert (await house.post(path, data=body, headers=signed)).status == 202
    renamed = await house.post(path, data=body, headers=signed | {"Idempotency-Key": "another"})
    moved = await house.post("/v1/exports", data=body, headers=signed)
    assert [renamed.status, moved.status] == [409, 409]
    assert len(await house.services.exports.of_user("tool", at_most=9)) == 1


async def test_a_replayed_message_never_makes_a_second_scene(house: House) -> None:
    path = f"/v1/videos/{(await house.scene()).video_id}/scenes"
    body = b'{"start_s": 1, "end_s": 2}'
    answers = [await house.post(path, data=body, headers=house.signed(body)) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 409]
    assert answers[1].json["code"] == "replayed"


async def test_while_a_key_is_being_worked_on_its_second_request_is_asked_to_come_again(house: House) -> None:
    scene = await house.scene()
    headers = house.bearer() | {"Idempotency-Key": "slow"}
    path = f"/v1/scenes/{scene.id}/export-short"
    async with house.services.database.transaction():  # whoever wants to write has to wait
        twins = [asyncio.create_task(house.post(path, json=RECIPE, headers=headers)) for _ in range(2)]
        (early,), _ = await asyncio.wait(twins, return_when=asyncio.FIRST_COMPLETED)
        answer = early.result()
        assert (answer.status, answer.json["code"]) == (409, "in_flight")
    await asyncio.wait(twins)
    assert sorted(twin.result().status for twin in twins) == [202, 409]


async def test_of_two_hundred_at_once_each_is_answered_by_the_book(house: House) -> None:
    """Fresh, repeated and conflicting keys, two users, one of them far over the quota."""
    own, alices = await house.scene(), await house.scene(owner_id="alice")

    async def one(number: int) -> Answer:
        match number % 4:
            case 0:  # fresh: fifty times by one user
                return await send(own.id, key=f"fresh-{number}", body=RECIPE)
            case 1 | 2:  # the same request again and again
                return await send(alices.id, key="once", body=RECIPE | {"user_id": "alice"})
            case _:  # the same key for another request
                other = RECIPE | {"user_id": "alice", "output_quality": "medium"}
                return await send(alices.id, key="once", body=other)

    async def send(scene_id: str, *, key: str, body: dict[str, str]) -> Answer:
        headers = house.bearer() | {"Idempotency-Key": key}
        path = f"/v1/scenes/{scene_id}/export-short"
        return await house.post(path, json=body, headers=headers)

    await send(alices.id, key="once", body=RECIPE | {"user_id": "alice"})
    answers = await asyncio.gather(*(one(number) for number in range(200)))
    for number, answer in enumerate(answers):
        if answer.status == 409:  # its key was being worked on; it is asked to come again
            assert answer.headers["Retry-After"] == "1"
            answers[number] = await one(number)
    kinds = [("fresh", "repeated", "repeated", "conflicting")[number % 4] for number in range(200)]
    counts = Counter(zip(kinds, (answer.status for answer in answers), strict=True))
    assert counts == {
        ("fresh", 202): 10,
        ("fresh", 429): 40,
        ("repeated", 202): 100,
        ("conflicting", 422): 50,
    }
    assert len(await house.services.exports.of_user("tool", at_most=99)) == 10
    assert len(await house.services.exports.of_user("alice", at_most=99)) == 1
