"""The strategy sheet shows every strategy and tells the truth about what each of them loses."""

from pathlib import Path

import pytest

from processing.errors import SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.strategies import STRATEGIES
from processing.strategies.base import HEIGHT, WIDTH
from processing.strategy_sheet import CELL_HEIGHT, CELL_WIDTH, Showing, show, strategy_sheet
from tests.processing.reels import drawn

#: A box that runs along the left edge, and nothing else that moves.
ASIDE = (
    "color=gray:size=320x180:rate=25[g];color=white:size=40x40:rate=25[w];[g][w]overlay=x=10:y='mod(n*6,140)'"
)
#: The same in the middle.
CENTRED = ASIDE.replace("x=10", "x=140")


async def showings(tools: Tools, path: Path, at_s: float = 1.0) -> dict[str, Showing]:
    shown, _ = await show(path, await probe(path, tools=tools), at_s=at_s, tools=tools)
    return {showing.strategy.name: showing for showing in shown}


async def test_every_strategy_that_does_its_own_work_is_shown(landscape: Path, tools: Tools) -> None:
    shown = await showings(tools, landscape)
    assert set(shown) == set(STRATEGIES) - {"auto"}
    assert {showing.picture.size for showing in shown.values()} == {(CELL_WIDTH, CELL_HEIGHT)}


async def test_a_crop_loses_what_moves_aside_and_a_letterbox_nothing(tools: Tools, tmp_path: Path) -> None:
    shown = await showings(tools, drawn(tools, tmp_path / "aside.mp4", ASIDE))
    assert shown["center_crop"].lost > 0.95
    assert shown["letterbox"].lost < 0.02
    assert shown["blur_fill"].lost < 0.02


async def test_a_letterbox_of_a_very_wide_picture_loses_nothing_either(tools: Tools, tmp_path: Path) -> None:
    wide = drawn(tools, tmp_path / "wide.mp4", "testsrc2=size=640x260:rate=25")
    assert (await showings(tools, wide))["letterbox"].lost == 0


async def test_a_crop_loses_nothing_that_moves_in_the_middle(tools: Tools, tmp_path: Path) -> None:
    shown = await showings(tools, drawn(tools, tmp_path / "centred.mp4", CENTRED))
    assert shown["center_crop"].lost < 0.05


async def test_how_much_of_the_screen_is_filled_is_measured(landscape: Path, tools: Tools) -> None:
    shown = await showings(tools, landscape)
    assert shown["center_crop"].window.filled == 1
    assert shown["blur_fill"].window.filled == 1
    assert shown["letterbox"].window.filled == pytest.approx(WIDTH * 9 / 16 / HEIGHT, abs=0.02)


async def test_a_tall_video_loses_nothing_under_any_strategy(tools: Tools, tmp_path: Path) -> None:
    tall = drawn(tools, tmp_path / "tall.mp4", "testsrc2=size=180x320:rate=25", seconds=1)
    assert all(showing.lost < 0.03 for showing in (await showings(tools, tall, 0.5)).values())


@pytest.mark.parametrize("at_s", [0.0, 1.0, 1.99])
async def test_any_moment_of_the_video_has_a_sheet(at_s: float, landscape: Path, tools: Tools) -> None:
    media = await probe(landscape, tools=tools)
    sheet = await strategy_sheet(landscape, media, at_s=at_s, tools=tools)
    assert sheet.width > (len(STRATEGIES) - 1) * CELL_WIDTH
    assert sheet.height > CELL_HEIGHT
    assert len(sheet.getcolors(1 << 20) or []) > 100


@pytest.mark.parametrize("at_s", [-1.0, 2.5, float("nan")])
async def test_a_moment_outside_of_the_video_is_refused(at_s: float, landscape: Path, tools: Tools) -> None:
    with pytest.raises(SourceRefused):
        await strategy_sheet(landscape, await probe(landscape, tools=tools), at_s=at_s, tools=tools)
