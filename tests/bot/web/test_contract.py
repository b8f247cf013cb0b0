"""The running face keeps every promise of its own document: schemathesis looks for one that it breaks."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from schemathesis import GenerationMode, openapi

from bot.config import Settings
from tests.bot.web.conftest import SETTINGS, TOKEN, House, searching

CASES = 12
#: How a request within the document may be answered: 404 and 409 tell of what is there, 422 of a key that
#: was used before, 429 of videos that come in already. 400 is not among them: what the document allows,
#: the face takes.
WELCOME = ["2xx", "304", "401", "403", "404", "409", "422", "429"]


@pytest.fixture
def settings() -> Settings:
    """The day must not be spent, or its 429 hides every other answer."""
    return Settings(**SETTINGS | {"limits": {"exports_per_day": 100_000, "upload_mb": 1}})


async def test_no_request_within_or_outside_the_document_finds_a_broken_promise(
    house: House, clip: Path
) -> None:
    document = (await house.ask("GET", "/openapi.json")).json
    scene = await house.scene()
    known = {
        "scene_id": scene.id,
        "video_id": scene.video_id,
        "export_id": await house.completed(scene),
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and (name := known.get(parameter["name"])):
                    parameter["schema"]["enum"] = [name, "none"]
    mended = Mended(film=clip.read_bytes())
    failures = await asyncio.to_thread(explore, document, house.services.base_url, mended)
    assert not failures, "\n\n".join(failures)


class Mended:
    """Makes true between the fields of a body what a schema can say of each of them only."""

    def __init__(self, *, film: bytes) -> None:
        self._film = film

    def __call__(self, case: schemathesis.Case) -> schemathesis.Case:
        if isinstance(case.body, dict):
            case.body = self._body(dict(case.body), is_form=case.media_type == "multipart/form-data")
        return case

    def _body(self, body: dict[str, Any], *, is_form: bool) -> dict[str, Any]:
        if is_form:  # the bytes are a video
            return body | {"file": self._film}
        for name in ("notify", "url", "source_url"):  # an address has a host; nobody asks it here
            if body.get(name) is not None:
                body[name] = f"https://127.0.0.1:9/{len(body[name])}.mp4"
        return _whole_interval(body)


def _whole_interval(body: dict[str, Any]) -> dict[str, Any]:
    """The end comes after the start, and both lie within the scene that there is."""
    if body.get("start_s") is not None and body.get("end_s") is not None:
        start_s = 1 + body["start_s"] % 4
        body |= {"start_s": start_s, "end_s": start_s + 1 + body["end_s"] % 4}
    return body


def explore(document: dict[str, object], base_url: str, mended: Mended) -> list[str]:
    """Call every operation with many bodies and parameters; returns what was found."""
    schema = openapi.from_dict(document)
    schema.config.update(base_url=base_url)
    schema.config.checks.positive_data_acceptance.expected_statuses = WELCOME
    found: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @given(case=right.map(mended) | wrong)
        @searching(CASES)
        def probe(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})

        try:
            probe()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - each of them is a finding
            found.append(f"{operation.label}: {error}")
    return found
