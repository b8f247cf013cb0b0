"""The real program, killed while a video comes in: the video comes in all the same, once."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from processing.ffmpeg import Tools
from tests import clips
from tests.acceptance.program import Program
from tests.acceptance.test_crash import all_ended

pytestmark = pytest.mark.acceptance


@dataclass
class Films:
    """A server with one film. It sends half of it, and the rest when `gate` is open."""

    clip: Path
    url: str = ""
    half_sent: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def film(self, request: web.Request) -> web.StreamResponse:
        body = self.clip.read_bytes()
        answer = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await answer.prepare(request)
        await answer.write(body[: len(body) // 2])
        self.half_sent.set()
        await self.gate.wait()
        await answer.write(body[len(body) // 2 :])
        return answer


@pytest.fixture
async def films(tools: Tools, tmp_path: Path) -> AsyncIterator[Films]:
    films = Films(clips.plain(tools, tmp_path / "film.mp4", seconds=2))
    app = web.Application()
    app.router.add_get("/film.mp4", films.film)
    async with TestServer(app) as server:
        films.url = str(server.make_url("/film.mp4"))
        yield films
        films.gate.set()


@pytest.fixture
async def program(tools: Tools, tmp_path: Path) -> AsyncIterator[Program]:
    networks = {"CUTDOWN_INGEST__ALLOWED_NETWORKS": '["127.0.0.0/8"]'}
    program = Program(tmp_path, tools, environment=networks)
    await program.start()
    yield program
    await program.stop()
    assert "Traceback" not in program.log, program.log


async def ready_and_tidy(program: Program, video_id: str, folder: Path) -> None:
    """The video is there once, with its scenes, and nothing lies about."""
    ready = await program.comes_in(video_id, "ready")
    assert ready["error"] is None
    files = [path for path in (folder / "data/files").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert list((folder / "data/tmp").iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_ended_in_mid_fetch_the_video_comes_in_after_the_next_start(
    program: Program, films: Films, tmp_path: Path, how: signal.Signals
) -> None:
    program.open_gate()
    video_id = await program.fetch(films.url, owner_id="ana")
    await films.half_sent.wait()
    await program.stop(how)
    films.gate.set()
    await program.start()
    await ready_and_tidy(program, video_id, tmp_path)


async def test_called_off_in_mid_fetch_it_stays_away_after_a_crash(
    program: Program, films: Films, tmp_path: Path
) -> None:
    video_id = await program.fetch(films.url, owner_id="ana")
    other_id = await program.fetch(films.url, owner_id="ana")
    await films.half_sent.wait()
    await program.remove(video_id)
    await program.stop(signal.SIGKILL)
    films.gate.set()
    program.open_gate()
    await program.start()
    await ready_and_tidy(program, other_id, tmp_path)
    assert await program.is_unknown(video_id)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_ended_while_the_file_is_looked_at_the_video_comes_in_after_the_next_start(
    program: Program, films: Films, tmp_path: Path, how: signal.Signals
) -> None:
    program.open_gate()
    films.gate.set()
    program.hold_probes()
    video_id = await program.fetch(films.url, owner_id="ana")
    await program.comes_in(video_id, "probing")
    while not (children := program.children()):
        await program.comes_in(video_id, "probing")
    await program.stop(how)
    # one that was ended before its leash was tied is not told of the end: it goes by itself
    program.hold_probes(held=False)
    await all_ended(children)
    await program.start()
    await ready_and_tidy(program, video_id, tmp_path)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_ended_while_scenes_are_looked_for_they_are_found_after_the_next_start(
    program: Program, films: Films, tmp_path: Path, how: signal.Signals
) -> None:
    films.gate.set()
    video_id = await program.fetch(films.url, owner_id="ana")
    await program.comes_in(video_id, "detecting")
    while not (children := program.children()):
        await program.comes_in(video_id, "detecting")
    await program.stop(how)
    program.open_gate()  # for one that was ended before its leash was tied, too
    await all_ended(children)
    await program.start()
    await ready_and_tidy(program, video_id, tmp_path)
