"""The real program, killed in every state: nothing accepted is lost, and nothing is left lying about."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from processing.ffmpeg import Tools, find_tools
from tests import clips
from tests.acceptance.program import Program

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="module")
def clip(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(tools, tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture
async def program(tools: Tools, tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path, tools, environment={"CUTDOWN_SERVICE__DRAIN_S": "0"})
    await program.start()
    yield program
    await program.stop()
    assert "Traceback" not in program.log, program.log


async def ask_for_two(program: Program, clip: Path) -> list[str]:
    """Two exports that share no work."""
    scenes = [
        await program.add_scene(clip, owner_id="ana", title="Part", times=(start_s, start_s + 0.4))
        for start_s in (0.0, 0.5)
    ]
    return [await program.ask(scene, user_id="ana") for scene in scenes]


async def all_ended(pids: list[int]) -> None:
    """Until none of these processes is there any more."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(handle, ended.set)
        await ended.wait()
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


async def complete_and_tidy(program: Program, exports: list[str], folder: Path) -> None:
    """Every export has one whole file and a link that works, and there is nothing else."""
    links = [(await program.reaches(export, "completed"))["download_url"] for export in exports]
    for link in links:
        status, body = await program.download(link)
        assert (status, body[4:8]) == (200, b"ftyp")
    shorts = sorted(path.name for path in (folder / "data/files/exports").rglob("*") if path.is_file())
    assert shorts == sorted(f"{export}.mp4" for export in exports)
    await all_ended(program.children())
    assert list((folder / "data/tmp").iterdir()) == []
    assert all(place.is_relative_to(folder / "data/tmp") for place in program.probed_in())


async def test_killed_while_one_is_rendered_and_one_waits_both_complete(
    program: Program, clip: Path, tmp_path: Path
) -> None:
    exports = await ask_for_two(program, clip)
    await program.reaches(exports[0], "processing")
    while not (children := program.children()):
        await program.look(exports[0])
    await program.stop(signal.SIGKILL)
    # one that was ended before its leash was tied is not told of the end: it goes by itself
    program.open_gate()
    await all_ended(children)

    await program.start()
    await complete_and_tidy(program, exports, tmp_path)


async def test_killed_right_after_each_completion_both_complete_once(
    program: Program, clip: Path, tmp_path: Path
) -> None:
    exports = await ask_for_two(program, clip)
    program.open_gate()
    for export in exports:
        await program.reaches(export, "completed")  # its file and its row are a moment old
        children = program.children()
        await program.stop(signal.SIGKILL)
        await all_ended(children)
        await program.start()
    await complete_and_tidy(program, exports, tmp_path)


async def test_stopped_in_the_middle_of_a_render_it_is_pending_and_completes_later(
    program: Program, clip: Path, tmp_path: Path
) -> None:
    exports = await ask_for_two(program, clip)
    await program.reaches(exports[0], "processing")
    while not (children := program.children()):
        await program.look(exports[0])
    assert await program.stop(signal.SIGTERM) == 0
    await all_ended(children)
    assert list((tmp_path / "data/tmp").iterdir()) == []

    await program.start()
    assert "export resumed" not in program.log, "a stop is no crash"
    program.open_gate()
    await complete_and_tidy(program, exports, tmp_path)
