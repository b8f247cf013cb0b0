"""Bars are cut off where they are bars, and no picture is ever lost with them."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from processing.bars import SMALLEST, THINNEST, shown, without_bars
from processing.detection import decide
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.media import MediaInfo, Part
from processing.render import render
from processing.scenes import SceneBounds
from processing.stills import thumbnail
from processing.strategy_sheet import strategy_sheet
from storage.intake_models import Lit
from tests import clips, samples
from tests.processing.contract import pixels
from tests.processing.reels import drawn, watch


@pytest.mark.parametrize(
    ("size", "lit", "part"),
    [
        pytest.param((1920, 1080), (0, 140, 1920, 800), (0, 140, 1920, 800), id="letterbox"),
        pytest.param((1920, 1080), (240, 0, 1440, 1080), (240, 0, 1440, 1080), id="pillarbox"),
        pytest.param((1920, 1080), (656, 0, 608, 1080), (656, 0, 608, 1080), id="tall-between-pillars"),
        pytest.param((1920, 1080), (240, 100, 1440, 880), (240, 100, 1440, 880), id="window"),
        pytest.param((1920, 1080), (0, 141, 1920, 799), (0, 140, 1920, 800), id="odd"),
        pytest.param((1920, 1080), (0, 0, 1920, 1080), None, id="none"),
        pytest.param((720, 576), (8, 0, 704, 576), None, id="thin"),
        pytest.param((1920, 1080), (0, 140, 1920, 940), None, id="one-only-may-hold-subtitles"),
        pytest.param((1920, 1080), (100, 0, 1400, 1080), None, id="unequal-is-a-dark-page"),
        pytest.param((1920, 1080), (800, 400, 320, 280), None, id="a-lamp-in-the-night"),
        pytest.param((320, 180), (0, 140, 1920, 800), None, id="of-another-video"),
        pytest.param((1920, 1080), None, None, id="unknown"),
    ],
)
def test_what_is_left_is_the_picture(
    size: tuple[int, int], lit: Lit | None, part: tuple[int, int, int, int] | None
) -> None:
    media = without_bars(samples.media(width=size[0], height=size[1]), lit)
    left = media.part and (media.part.left, media.part.top, media.part.width, media.part.height)
    assert left == part


@given(
    width=some.integers(16, 4000),
    height=some.integers(16, 4000),
    edges=some.tuples(*[some.floats(0, 0.6)] * 4),
)
def test_no_lit_point_is_cut_off_and_what_is_left_is_even(
    width: int, height: int, edges: tuple[float, float, float, float]
) -> None:
    left, top = int(edges[0] * width), int(edges[1] * height)
    lit = (
        left,
        top,
        max(1, width - left - int(edges[2] * width)),
        max(1, height - top - int(edges[3] * height)),
    )
    part = without_bars(samples.media(width=width, height=height), lit).part
    if part is None:
        return
    # an odd picture's last row or column has half a row of colour: that alone may go
    assert part.left <= lit[0]
    assert part.top <= lit[1]
    assert min(lit[0] + lit[2], width - width % 2) <= part.left + part.width <= width
    assert min(lit[1] + lit[3], height - height % 2) <= part.top + part.height <= height
    assert {part.left % 2, part.top % 2, part.width % 2, part.height % 2} == {0}
    assert part.width * part.height >= SMALLEST * width * height
    assert max(width - part.width, height - part.height) >= THINNEST


def test_pixels_that_are_not_square_stay_what_they_are() -> None:
    wide = samples.media(width=720, height=576, sar=Fraction(64, 45))
    assert (wide.width, wide.height) == (1024, 576)
    left = without_bars(wide, (0, 72, 720, 432))
    assert (left.width, left.height) == (1024, 432)
    assert shown(left).aspect == Fraction(64, 27)


async def test_too_few_stills_tell_nothing_of_bars(tools: Tools, tmp_path: Path) -> None:
    seen = await watch(tools, drawn(tools, tmp_path / "short.mp4", PILLARS, seconds=3))
    assert seen.lit == Part(left=40, top=0, width=240, height=180)
    assert decide(seen, SceneBounds()).lit is None
    assert decide(replace(seen, still_sizes=[9] * 3), SceneBounds()).lit == seen.lit


async def test_a_star_in_the_night_is_no_bar(tools: Tools, tmp_path: Path) -> None:
    night = "color=black:size=320x180:rate=5,drawbox=x=20:w=280:color=gray:t=fill,"
    night += "drawbox=x=4:y=50:w=8:h=8:color=white:t=fill"
    seen = await watch(tools, drawn(tools, tmp_path / "night.mp4", night))
    assert seen.lit is not None
    assert seen.lit.left <= 4


PILLARS = "testsrc2=size=240x180:rate=10,pad=320:180:40:0:black"
#: White between black pillars, so that every black point in a crop is one that should not be there.
WHITE = "color=white:size=180x180:rate=10,pad=320:180:70:0:black"


@pytest.mark.parametrize("turn", [0, 90])
async def test_a_render_carries_no_bars_of_its_source(turn: int, tools: Tools, tmp_path: Path) -> None:
    flat = drawn(tools, tmp_path / "flat.mp4", WHITE, seconds=1)
    turned = ["-display_rotation", str(turn), "-i", str(flat), "-c", "copy"]
    source = clips.make(tools, tmp_path / "source.mp4", *turned)
    seen = await watch(tools, source)
    assert seen.lit is not None
    lit = (seen.lit.left, seen.lit.top, seen.lit.width, seen.lit.height)
    assert lit == ((70, 0, 180, 180) if turn == 0 else (0, 70, 180, 180))
    job = samples.job(0, 1, strategy="letterbox", lit=lit)
    rendition = await render(job, source=source, output=tmp_path / "short.mp4", tools=tools)
    assert "black bars were cut off: 180x180 is left" in rendition.facts.notes
    rows = pixels(tmp_path / "short.mp4", tools, columns=9, rows=16)[0]
    # a square stands in the middle of the screen, from edge to edge
    assert [min(point) > 200 for point in rows[8 * 9 : 9 * 9]] == [True] * 9
    assert max(map(max, rows[:27])) < 40


async def test_pictures_show_no_bars(tools: Tools, tmp_path: Path) -> None:
    source = drawn(tools, tmp_path / "white.mp4", WHITE, seconds=1)
    media = without_bars(await probe(source, tools=tools), (70, 0, 180, 180))
    picture = await thumbnail(source, media, at_s=0.5, tools=tools)
    assert picture.size == (640, 640)
    assert min(low for low, _ in picture.getextrema()) > 200
    sheet = await strategy_sheet(source, media, at_s=0.5, tools=tools)
    bars = await strategy_sheet(source, await probe(source, tools=tools), at_s=0.5, tools=tools)
    whites = [one.convert("L").histogram()[-20:] for one in (sheet, bars)]
    assert sum(whites[0]) > 1.3 * sum(whites[1])


def test_every_media_begins_whole() -> None:
    media: MediaInfo = samples.media()
    assert media.part is None
    assert shown(media).width == media.upright_width
