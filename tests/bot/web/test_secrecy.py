"""The log tells what happened, by ids, and nothing that would open a door."""

import json

import pytest
from structlog.testing import capture_logs

from bot import logs
from bot.background import background
from processing.delivery import Courier
from tests.bot.test_logs import logging_as_it_was
from tests.bot.web.conftest import NEXT_SECRET, RECIPE, SECRET, TOKEN, House
from tests.bot.web.test_news import Listener, courier, listener, settings
from tests.bot.web.test_patience import HEAD, connected, said_until_the_end

__all__ = ["courier", "listener", "logging_as_it_was", "settings"]

#: What stands behind the question mark of an address opens doors, too.
QUERY = "signature-of-a-bucket"


async def test_no_line_of_a_whole_life_holds_a_token_a_signature_or_the_query_of_an_address(
    house: House, courier: Courier, listener: Listener
) -> None:
    gone = f"{listener.url}film.mp4?{QUERY}"  # 404 there
    with capture_logs() as lines:
        scene = await house.scene()
        body = json.dumps(RECIPE | {"notify": f"{listener.url}?{QUERY}"}).encode()
        signed = house.signed(body)
        path = f"/v1/scenes/{scene.id}/export-short"
        made = (await house.post(path, data=body, headers=signed | {"Idempotency-Key": "our-key"})).json["id"]
        await house.ended(made)
        listener.busy = True
        await courier.bring_due()
        export = await house.services.exports.get(made)
        assert export is not None
        await house.ask("GET", f"/s/{export.token}")
        await house.ask("GET", f"/d/{export.token}")
        await house.ask("GET", "/v1/exports", headers=house.bearer("a-wrong-token"))
        async with background("ingestor", house.services.ingestor.run):
            order = RECIPE | {"source_url": gone, "start_s": 0, "end_s": 1}
            await house.ended((await house.post("/v1/exports", json=order)).json["id"])
        await house.post(f"/v1/exports/{made}/renew", json={})
        await house.ask("DELETE", f"/v1/exports/{made}", headers=house.bearer())
    said = "\n".join(map(repr, lines))
    assert {"export accepted", "export completed", "export withdrawn"} <= {line["event"] for line in lines}
    assert made in said
    secrets = [TOKEN, "a-wrong-token", SECRET, NEXT_SECRET, signed["webhook-signature"], export.token, QUERY]
    assert [secret for secret in secrets if secret in said] == []


async def test_a_token_in_a_request_that_cannot_be_understood_is_not_logged(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("json")
    asked = f"GET /v1/videos HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\r\n\r\n"
    assert b" 400 " in await said_until_the_end(house, asked)
    await house.close()
    assert TOKEN not in capsys.readouterr().err


async def test_of_one_who_hangs_up_in_the_middle_nothing_is_logged(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("json")
    reader, writer = await connected(house)
    writer.write((HEAD + "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n").encode())
    await reader.readline()
    writer.transport.abort()
    await house.close()
    assert capsys.readouterr().err == ""
