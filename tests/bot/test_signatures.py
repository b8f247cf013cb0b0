"""Signatures are those of Standard Webhooks: the specification's library agrees, both ways."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bot.signatures import SignatureInvalid, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2021, 2, 25, 15, 55, 30, tzinfo=UTC)
BODY = b'{"test": 2432232314}'

#: The example of the specification.
REFERENCE = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OTHER = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
NOT_YET_INVENTED = "v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def test_the_reference_message_is_signed_as_the_specification_says() -> None:
    signed = sign(
        BODY, id=REFERENCE["webhook-id"], secret=SECRET, now=datetime.fromtimestamp(1614265330, UTC)
    )
    assert signed == REFERENCE


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(REFERENCE["webhook-signature"], id="alone"),
        pytest.param(f"{OTHER} {NOT_YET_INVENTED} {REFERENCE['webhook-signature']}", id="among-others"),
    ],
)
def test_a_right_signature_is_found_wherever_it_stands(signature: str) -> None:
    headers = REFERENCE | {"webhook-signature": signature}
    now = datetime.fromtimestamp(1614265330, UTC)
    assert verify(BODY, headers, secret=SECRET, now=now) == REFERENCE["webhook-id"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"webhook-id": "msg_other"}, id="another-id"),
        pytest.param({"webhook-id": ""}, id="no-id"),
        pytest.param({"webhook-id": "msg\x00"}, id="unprintable-id"),
        pytest.param({"webhook-timestamp": "1614265331"}, id="another-time"),
        pytest.param({"webhook-timestamp": "hello"}, id="no-time"),
        pytest.param({"webhook-timestamp": "٣"}, id="foreign-digits"),
        pytest.param({"webhook-timestamp": "9" * 400}, id="far-away"),
        pytest.param({"webhook-signature": OTHER}, id="another-signature"),
        pytest.param({"webhook-signature": ""}, id="no-signature"),
        pytest.param({"webhook-signature": "v1"}, id="no-comma"),
        pytest.param({"webhook-signature": "v1,###"}, id="no-base64"),
        pytest.param({"webhook-signature": "v1,é"}, id="not-ascii"),
        pytest.param({"webhook-signature": REFERENCE["webhook-signature"][:-8]}, id="part-of-it"),
        pytest.param(
            {"webhook-signature": REFERENCE["webhook-signature"].replace("v1,", "v1a,")}, id="other-version"
        ),
    ],
)
def test_a_changed_header_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        verify(BODY, REFERENCE | change, secret=SECRET, now=datetime.fromtimestamp(1614265330, UTC))


@pytest.mark.parametrize(("away_s", "taken"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_message_is_taken_within_five_minutes_of_our_clock(away_s: int, taken: bool) -> None:
    headers = sign(BODY, id="msg", secret=SECRET, now=NOW)
    now = NOW + timedelta(seconds=away_s)
    if taken:
        assert verify(BODY, headers, secret=SECRET, now=now) == "msg"
    else:
        with pytest.raises(SignatureInvalid):
            verify(BODY, headers, secret=SECRET, now=now)


def test_the_clock_of_another_zone_gives_the_same_signature() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    assert sign(BODY, id="m", secret=SECRET, now=there) == sign(BODY, id="m", secret=SECRET, now=NOW)


@given(body=st.text(), key=st.binary(min_size=24, max_size=64))
def test_the_library_of_the_specification_takes_what_we_sign(body: str, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    raw = body.encode("utf-8", "surrogatepass") if body.isascii() else body.encode()
    headers = sign(raw, id="msg_1", secret=secret, now=datetime.now(UTC))
    Webhook(secret).verify(raw, headers, json_parse=False)


@given(body=st.text(), key=st.binary(min_size=24, max_size=64))
def test_we_take_what_the_library_of_the_specification_signs(body: str, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", NOW, body),
    }
    assert verify(body.encode(), headers, secret=secret, now=NOW) == "msg_1"


@given(headers=st.dictionaries(st.sampled_from(sorted(REFERENCE)), st.text()))
def test_no_header_whatever_it_holds_breaks_the_check(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        verify(BODY, headers, secret=SECRET, now=NOW)
