"""A log line holds ids and no secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_our_events_and_those_of_libraries_look_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    structlog.get_logger().info("export accepted", export_id="exp_1")
    logging.getLogger("discord.http").warning("slow down")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["export_id"], ours["level"]) == ("export accepted", "exp_1", "info")
    assert (theirs["event"], theirs["level"]) == ("slow down", "warning")


@pytest.mark.parametrize(
    "address",
    [
        "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb24tdG9rZW4/messages/@original",
        "https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb24tdG9rZW4/callback",
        "http://localhost:8080/d/aW50ZXJhY3Rpb24tdG9rZW4",
    ],
)
def test_tokens_in_addresses_are_blotted_out(capsys: pytest.CaptureFixture[str], address: str) -> None:
    logs.set_up("text")
    logging.getLogger("discord.http").warning(
        "We are being rate limited. PATCH %s responded with 429", address
    )
    try:
        raise ValueError(address)
    except ValueError:
        structlog.get_logger().exception("broke")
    said = capsys.readouterr().err
    assert "aW50ZXJhY3Rpb24tdG9rZW4" not in said
    assert said.count("…") >= 2
