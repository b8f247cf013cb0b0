"""Pictures are taken from the moments that are asked for."""

from pathlib import Path

import pytest
from PIL import Image, ImageStat

from processing.errors import SourceRefused
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.sheets import Cell, Line, grid
from processing.stills import PREVIEW_MOMENTS, PREVIEW_RATE, preview, take, thumbnail
from tests.processing.reels import drawn

#: White from the third second on.
DAWN = "color=black:size=320x180:rate=25,negate=enable='gte(t,2)'"


@pytest.fixture
def dawn(tools: Tools, tmp_path: Path) -> Path:
    return drawn(tools, tmp_path / "dawn.mp4", DAWN, seconds=4)


def light(picture: Image.Image) -> float:
    return float(ImageStat.Stat(picture.convert("L")).mean[0])


async def test_each_picture_is_the_one_of_its_moment(dawn: Path, tools: Tools) -> None:
    media = await probe(dawn, tools=tools)
    moments = [3.0, 0.5, 2.0, 1.96, 3.0]
    taken = await take(dawn, media, moments=moments, width=160, tools=tools)
    assert [light(picture) > 128 for picture in taken] == [True, False, True, False, True]
    assert {picture.size for picture in taken} == {(160, 90)}


async def test_a_thumbnail_keeps_the_shape_as_displayed(tools: Tools, tmp_path: Path) -> None:
    wide = drawn(tools, tmp_path / "wide.mp4", "testsrc2=size=180x180:rate=10,setsar=2", seconds=1)
    picture = await thumbnail(wide, await probe(wide, tools=tools), at_s=0.5, tools=tools)
    assert picture.size == (640, 320)


async def test_a_preview_goes_through_the_scene(dawn: Path, tools: Tools) -> None:
    media = await probe(dawn, tools=tools)
    pictures = await preview(dawn, media, start_s=0, end_s=4, tools=tools)
    assert len(pictures) == PREVIEW_MOMENTS * PREVIEW_RATE
    assert light(pictures[0]) < 20
    assert light(pictures[-1]) > 235


async def test_a_moment_past_the_end_has_no_picture(dawn: Path, tools: Tools) -> None:
    with pytest.raises(SourceRefused):
        await take(dawn, await probe(dawn, tools=tools), moments=[1.0, 9.0], width=160, tools=tools)


def test_a_sheet_has_room_for_every_cell_and_its_caption() -> None:
    cells = [Cell(picture=Image.new("RGB", (60, 40), "red"), caption=[Line(text="here")])] * 5
    sheet = grid(cells, columns=3, heading=[Line(text="five")])
    reds = [index for index, pixel in enumerate(sheet.get_flattened_data()) if pixel == (255, 0, 0)]
    assert len(reds) > 5 * 60 * 40 * 0.8
    assert {index % sheet.width // 90 for index in reds} == {0, 1, 2}
