"""Who calls is proven by a token or a signature, and by nothing less."""

import json

import pytest

from tests.bot.web.conftest import NEXT_SECRET, RECIPE, House
from tests.bot.web.test_patience import connected

FOREIGN = "whsec_" + "Zm9yZWlnbiBmb3JlaWduIGZvcmVpZ24gZm9y"


async def test_a_signed_call_is_taken_with_either_secret_of_the_client(house: House) -> None:
    path = f"/v1/scenes/{(await house.scene()).id}/export-short"
    body = json.dumps(RECIPE).encode()
    first = await house.post(path, data=body, headers=house.signed(body, name="msg_a"))
    second = await house.post(path, data=body, headers=house.signed(body, name="msg_b", secret=NEXT_SECRET))
    assert (first.status, second.status) == (202, 202)
    assert first.json["id"] != second.json["id"]


async def test_a_replayed_signed_call_gives_the_same_export(house: House) -> None:
    path = f"/v1/scenes/{(await house.scene()).id}/export-short"
    body = json.dumps(RECIPE).encode()
    answers = [await house.post(path, data=body, headers=house.signed(body)) for _ in range(2)]
    assert answers[0].json == answers[1].json


async def test_a_signed_call_whose_key_is_no_text_is_a_400(house: House) -> None:
    path, body = f"/v1/scenes/{(await house.scene()).id}/export-short", json.dumps(RECIPE)
    headers = house.signed(body.encode()) | {"Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {path} HTTP/1.1", "Host: here", *(f"{name}: {value}" for name, value in headers.items())]
    reader, writer = await connected(house)
    writer.write("\r\n".join(lines).encode() + b"\r\nIdempotency-Key: \xff\r\n\r\n" + body.encode())
    said = await reader.read()
    writer.close()
    assert said.startswith(b"HTTP/1.1 400")


async def test_a_webhook_id_with_another_body_is_a_409(house: House) -> None:
    path = f"/v1/scenes/{(await house.scene()).id}/export-short"
    bodies = [json.dumps(RECIPE | {"focus": focus}).encode() for focus in (1, 2)]
    answers = [await house.post(path, data=body, headers=house.signed(body)) for body in bodies]
    assert [answer.status for answer in answers] == [202, 409]
    assert answers[1].json["code"] == "replayed"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("PATCH", "/v1/videos/{video_id}", {"title": "one"}, id="title-of-a-video"),
        pytest.param("PATCH", "/v1/scenes/{id}", {"title": "one"}, id="title-of-a-scene"),
        pytest.param(
            "PUT", "/v1/videos/{video_id}/scenes", {"scenes": [{"start_s": 0, "end_s": 2}]}, id="scenes"
        ),
    ],
)
async def test_a_signed_change_is_not_made_again_to_undo_a_later_one(
    house: House, method: str, path: str, body: dict[str, object]
) -> None:
    scene = await house.scene()
    path, sent = path.format(id=scene.id, video_id=scene.video_id), json.dumps(body).encode()
    answers = [await house.ask(method, path, data=sent, headers=house.signed(sent)) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 409]
    assert answers[1].json["code"] == "replayed"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Authorization": "Bearer wrong"}, id="unknown-token"),
        pytest.param({"Authorization": "Basic dG9vbDp0b29s"}, id="basic"),
        pytest.param({"webhook-id": "msg"}, id="no-signature"),
        pytest.param(
            {"webhook-id": "msg", "webhook-timestamp": "now", "webhook-signature": "v1,"}, id="no-time"
        ),
    ],
)
async def test_without_proof_it_is_a_401_that_says_how(house: House, headers: dict[str, str]) -> None:
    answer = await house.get("/v1/exports/exp_none", headers=headers)
    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_signature_of_another_secret_body_or_time_is_a_401(house: House) -> None:
    path = f"/v1/scenes/{(await house.scene()).id}/export-short"
    body = json.dumps(RECIPE).encode()
    foreign = await house.post(path, data=body, headers=house.signed(body, secret=FOREIGN))
    changed = await house.post(path, data=body + b" ", headers=house.signed(body))
    old = house.signed(body)
    house.clock.advance(minutes=6)
    late = await house.post(path, data=body, headers=old)
    assert [foreign.status, changed.status, late.status] == [401, 401, 401]
    assert await house.services.exports.of_user("tool", at_most=9) == []
