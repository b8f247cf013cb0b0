"""Who calls is proven by a token or a signature, and by nothing less."""

import json

import pytest

from tests.bot.web.conftest import NEXT_SECRET, RECIPE, House

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
