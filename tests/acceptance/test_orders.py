"""The real program, asked in one call for a short of a video that it does not have yet."""

import asyncio
import signal

import pytest

from tests.acceptance.program import Program
from tests.acceptance.test_intake_crash import Films, films, program

__all__ = ["films", "program"]

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_ended_in_mid_fetch_the_short_is_made_after_the_next_start(
    program: Program, films: Films, how: signal.Signals
) -> None:
    export_id = await program.order(films.url, times=(0.5, 1.5))
    await films.half_sent.wait()
    await program.stop(how)
    program.open_gate()
    films.gate.set()
    await program.start()
    done = await program.reaches(export_id, "completed")
    assert (done["width"], done["height"]) == (1080, 1920)
    assert (await program.download(done["download_url"]))[0] == 200


async def test_the_short_does_not_wait_for_the_scenes_to_be_found(program: Program, films: Films) -> None:
    films.gate.set()
    export_id = await program.order(films.url, times=(0.5, 1.5))
    async with asyncio.timeout(30):  # sooner than the upkeep would notice
        video_id = (await program.reaches(export_id, "processing"))["video_id"]
    await program.comes_in(video_id, "detecting")
    program.open_gate()
    await program.reaches(export_id, "completed")
    await program.comes_in(video_id, "ready")


async def test_a_part_that_the_video_does_not_have_fails_with_that_reason(
    program: Program, films: Films
) -> None:
    program.open_gate()
    films.gate.set()
    export_id = await program.order(films.url, times=(1, 3))
    failed = await program.reaches(export_id, "failed")
    assert failed["error"] == "The scene lies outside the video."
