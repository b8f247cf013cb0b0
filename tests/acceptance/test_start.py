"""How the real program begins and ends, and what it leaves for others to read."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

import aiohttp
import pytest

from processing.ffmpeg import Tools
from tests.acceptance.program import Program

pytestmark = pytest.mark.acceptance


@pytest.fixture
async def program(tools: Tools, tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path, tools, environment={})
    await program.start()
    yield program
    await program.stop()


async def test_nobody_else_on_the_machine_can_read_what_it_keeps(program: Program, clip: Path) -> None:
    scene = await program.add_scene(clip, owner_id="ana", title="Part", times=(0.0, 0.5))
    program.open_gate()
    await program.reaches(await program.ask(scene, user_id="ana"), "completed")
    data = kept_by(program)
    assert {path.name for path in data} >= {"data", "cutdown.db", "exports", "sources"}
    assert [str(path) for path in data if path.stat().st_mode & 0o077] == []


async def test_the_log_begins_with_what_runs_where(program: Program, tmp_path: Path) -> None:
    first = program.log.splitlines()[0]
    for said in ("starting", version("cutdown"), str(tmp_path / "config.toml"), str(tmp_path / "data")):
        assert said in first


async def test_a_folder_that_is_not_there_is_said_at_start(tools: Tools, tmp_path: Path) -> None:
    folders = {"CUTDOWN_INGEST__FOLDERS": f'["{tmp_path / "nope"}", "{tmp_path}"]'}
    program = Program(tmp_path, tools, environment=folders)
    await program.start()
    await program.stop()
    told = [line for line in program.log.splitlines() if "a folder of ingest.folders is not there" in line]
    assert len(told) == 1
    assert str(tmp_path / "nope") in told[0]


async def test_a_terminal_that_is_closed_stops_it_in_order(program: Program) -> None:
    assert await program.stop(signal.SIGHUP) == 0
    assert "stopping" in program.log


async def test_it_outlives_its_terminal_where_that_is_asked_for(program: Program, tmp_path: Path) -> None:
    await program.stop()
    process = await asyncio.create_subprocess_exec(
        *("nohup", sys.executable, "-m", "bot", "run", "--config", str(tmp_path / "config.toml")),
        cwd=tmp_path,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1]
    process.send_signal(signal.SIGHUP)
    async with aiohttp.ClientSession() as session, session.get(f"{url}/healthz") as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_links_of_a_service_that_listens_everywhere_begin_with_a_name_of_this_machine(
    tools: Tools, tmp_path: Path
) -> None:
    program = Program(tmp_path, tools, environment={"CUTDOWN_SERVICE__HOST": "0.0.0.0"})
    await program.start()
    await program.stop()
    assert program.url.startswith("http://localhost:")


def kept_by(program: Program) -> list[Path]:
    """The data folder of that service, and all that is in it."""
    data = program.data
    return [data, *data.rglob("*")]
