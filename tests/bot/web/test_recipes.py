"""The recipes of docs/webhooks.md work as they stand there, against a running face."""

import asyncio
import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from bot.signatures import sign
from bot.web.server import OPEN_ROUTES, ROUTES
from processing.errors import RenderFailed
from storage.models import Event
from tests.bot.web.conftest import SECRET, TOKEN, House

PAPER = (Path(__file__).parents[3] / "docs/webhooks.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"```\w+ recipe=(\w+)\n(.*?)```", PAPER, re.DOTALL))
#: For machines, or parts of a page.
NOT_LISTED = {"/openapi.json", "/docs/rapidoc-min.js", "/s/{token}/poster.jpg", "/s/{token}/renew"}

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_is_in_the_paper(route) -> None:
    assert f"`{route.method} {route.path}`" in PAPER


@pytest.mark.parametrize("path", sorted({path for _, path, _ in OPEN_ROUTES} - NOT_LISTED))
def test_every_open_route_is_in_the_paper(path: str) -> None:
    assert f"`{path}`" in PAPER or f"`GET {path}`" in PAPER


@pytest.mark.parametrize("event", Event)
def test_every_event_is_in_the_paper(event: Event) -> None:
    assert f"`{event}`" in PAPER


@needs_curl
async def test_the_curl_recipe_goes_from_a_file_to_its_link(house: House, clip: Path) -> None:
    said = await shell(RECIPES["curl"], house, VIDEO=str(clip))
    assert re.fullmatch(rf"{house.services.base_url}/d/\S+", said.strip())


async def test_the_signing_recipe_is_taken(house: House) -> None:
    house.clock.moment = datetime.now(UTC)
    scene = await house.scene()
    said = await program(sys.executable, "-c", RECIPES["sign"], house=house, SCENE=scene.id)
    assert await house.services.exports.get(said.strip()) is not None


async def test_the_hearing_recipe_reads_what_we_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTDOWN_SECRET", SECRET)
    names: dict[str, object] = {}
    exec(RECIPES["verify"], names)
    body = json.dumps({"type": "export.completed", "data": {"download_url": "https://x"}}).encode()
    told = names["told"]
    assert callable(told)
    headers = sign(body, id="dlv_1", secret=SECRET, now=datetime.now(UTC))
    assert told(body, headers) == "export.completed: https://x"


async def test_the_body_for_tools_is_taken(house: House) -> None:
    body = json.loads(RECIPES["body"]) | {"scene_id": (await house.scene()).id}
    assert (await house.post("/v1/exports", json=body)).status == 202


@needs_curl
async def test_the_workflow_saves_the_short(house: House, tmp_path: Path) -> None:
    workflow = yaml.safe_load(RECIPES["actions"])
    (step,) = workflow["jobs"]["short"]["steps"]
    assert set(step["env"]) == {"CUTDOWN_URL", "CUTDOWN_TOKEN", "SCENE"}
    await shell(step["run"], house, SCENE=(await house.scene()).id, folder=tmp_path)
    assert (tmp_path / "short.mp4").read_bytes() == house.pool.content


@pytest.fixture(params=["curl", "actions"])
async def script(request: pytest.FixtureRequest, house: House, clip: Path, tmp_path: Path) -> "Script":
    if request.param == "curl":
        return Script(RECIPES["curl"], {"VIDEO": str(clip)}, tmp_path)
    (step,) = yaml.safe_load(RECIPES["actions"])["jobs"]["short"]["steps"]
    return Script(step["run"], {"SCENE": (await house.scene()).id}, tmp_path)


class Script(NamedTuple):
    """A recipe for the shell, and what it needs."""

    text: str
    environment: dict[str, str]
    folder: Path


@needs_curl
async def test_a_script_asks_again_while_the_short_is_being_made(
    house: House, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.pool.gate.clear()
    looked, waiting_before = [], house.services.exports.waiting_before

    async def look(export_id: str) -> int | None:
        looked.append(export_id)
        if len(looked) == 6:
            house.pool.gate.set()
        return await waiting_before(export_id)

    monkeypatch.setattr(house.services.exports, "waiting_before", look)
    impatient = script.text.replace("wait=60", "wait=0")
    said = await shell(impatient, house, folder=script.folder, **script.environment)
    if "VIDEO" in script.environment:
        assert re.fullmatch(rf"{house.services.base_url}/d/\S+", said.strip())
    else:
        assert (script.folder / "short.mp4").read_bytes() == house.pool.content
    assert len(looked) >= 6


@needs_curl
async def test_a_script_ends_with_an_error_when_there_is_no_short(house: House, script: Script) -> None:
    house.pool.error = RenderFailed("The video could not be processed.")
    said = await shell(script.text, house, folder=script.folder, ends_with=1, **script.environment)
    assert said == ""
    assert not (script.folder / "short.mp4").exists()


@needs_curl
async def test_each_attempt_of_a_workflow_asks_anew(house: House, tmp_path: Path) -> None:
    (step,) = yaml.safe_load(RECIPES["actions"])["jobs"]["short"]["steps"]
    scene = (await house.scene()).id
    for attempt in ("1", "2", "2"):
        run = {"GITHUB_RUN_ID": "117", "GITHUB_RUN_ATTEMPT": attempt}
        await shell(step["run"], house, folder=tmp_path, SCENE=scene, **run)
    assert len(await house.services.exports.of_user("tool", at_most=9)) == 2


async def shell(
    script: str, house: House, *, folder: Path | None = None, ends_with: int = 0, **more: str
) -> str:
    arguments = ("bash", "-euo", "pipefail", "-c", script)
    return await program(*arguments, house=house, folder=folder, ends_with=ends_with, **more)


async def program(
    *arguments: str, house: House, folder: Path | None = None, ends_with: int = 0, **more: str
) -> str:
    """What a program prints that knows the face by its environment."""
    environment = {
        "PATH": os.environ["PATH"],
        "CUTDOWN_URL": house.services.base_url,
        "CUTDOWN_TOKEN": TOKEN,
        "CUTDOWN_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        *arguments, env=environment | more, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == ends_with
    return said.decode()
