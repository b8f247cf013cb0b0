"""The picture of a scene is none of black and of no fade, whoever named the scene."""

from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.poster import poster_moment
from tests.processing.reels import SHOTS, drawn


async def chosen(tools: Tools, path: Path, *, start_s: float, end_s: float) -> float:
    middle_s = (start_s + end_s) / 2
    times = {"start_s": start_s, "end_s": end_s, "near_s": middle_s}
    return await poster_moment(path, await probe(path, tools=tools), **times, tools=tools)


async def test_a_clear_middle_stands_for_its_scene(tools: Tools, tmp_path: Path) -> None:
    film = drawn(tools, tmp_path / "film.mp4", SHOTS["clock"], seconds=4)
    assert await chosen(tools, film, start_s=1, end_s=3) == 2


@pytest.mark.parametrize(
    ("change", "clear"),
    [
        pytest.param("fade=in:st=2:d=4", (6, 8), id="it-fades-in"),
        pytest.param("fade=out:st=2:d=4", (0, 2.5), id="it-fades-out"),
        pytest.param("drawbox=t=fill:color=black:enable='between(t,2,6)'", (0, 8), id="it-is-black"),
    ],
)
async def test_where_the_middle_shows_little_another_moment_does(
    tools: Tools, tmp_path: Path, change: str, clear: tuple[float, float]
) -> None:
    film = drawn(tools, tmp_path / "film.mp4", f"{SHOTS['fence']},{change}", seconds=8)
    at_s = await chosen(tools, film, start_s=0, end_s=8)
    assert clear[0] <= at_s <= clear[1]
    assert not 2.5 < at_s < 5.5


async def test_a_scene_that_is_black_has_a_picture_all_the_same(tools: Tools, tmp_path: Path) -> None:
    film = drawn(tools, tmp_path / "film.mp4", SHOTS["black"], seconds=2)
    assert 0 <= await chosen(tools, film, start_s=0, end_s=0.4) <= 0.4


async def test_the_end_of_a_video_is_looked_at_as_far_as_it_goes(tools: Tools, tmp_path: Path) -> None:
    film = drawn(tools, tmp_path / "film.mp4", SHOTS["clock"], seconds=2)
    assert await chosen(tools, film, start_s=1.8, end_s=2) == pytest.approx(1.9)
