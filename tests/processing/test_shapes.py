"""Sources whose picture is not what it seems: turned on the way, cut by their container, or over early."""

import struct
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.h264.mp4 import read_movie
from processing.plan import check
from processing.render import render
from tests import clips, samples
from tests.processing.contract import breaches, pixels

RATE = 30
STEP = 3
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "5", "-bf", "0", "-pix_fmt", "yuv420p")
FULL_RANGE = ("-vf", "scale=out_range=pc", "-color_range", "pc")


def counting(frames: int, *, size: str = "96x54", first: int = 0) -> tuple[str, ...]:
    """A picture that grows lighter with each of its frames: its brightness is its number, 70 at most."""
    lit = f"geq=lum='16+{STEP}*(N+{first})':cb=128:cr=128"
    return ("-f", "lavfi", "-i", f"color=black:size={size}:rate={RATE},trim=end_frame={frames},{lit}")


async def shown(source: Path, tools: Tools, first: int, end: int, **changes: Any) -> list[int]:
    """The number of the source's frame that each frame of the short from `first` to `end` shows."""
    output, job = source.with_name("short.mp4"), samples.job(first / RATE, end / RATE, **changes)
    await render(job, source=source, output=output, tools=tools)
    assert breaches(output, tools, seconds=(end - first) / RATE) == []
    middle = [frame[4][0] for frame in pixels(output, tools, columns=3, rows=3)]
    return [round(value * 219 / 255 / STEP) for value in middle]


def lit_part(short: Path, tools: Tools) -> tuple[int, int]:
    """How many of 36 columns and 64 rows of a short's last frame are not black."""
    cells = [max(pixel) > 60 for pixel in pixels(short, tools, columns=36, rows=64)[-1]]
    rows = [cells[at : at + 36] for at in range(0, len(cells), 36)]
    return max(map(sum, rows)), sum(map(any, rows))


def changing(tools: Tools, folder: Path, size: str, *options: str) -> Path:
    """30 frames of 96x54, then 30 of another size or another kind of pixels, in one stream."""
    written = (*X264, "-g", "10", "-x264-params", "repeat-headers=1", "-f", "h264")
    parts = [
        clips.make(tools, folder / "first.h264", *counting(30), *written),
        clips.make(tools, folder / "then.h264", *counting(30, size=size, first=30), *written, *options),
    ]
    whole = folder / "whole.h264"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    raw = ("-r", str(RATE), "-f", "h264", "-i", str(whole), *clips.tone(2))
    return clips.make(tools, folder / "clip.mkv", *raw, "-c:v", "copy", "-c:a", "aac")


@pytest.mark.parametrize(
    ("size", "options"),
    [
        pytest.param("192x108", (), id="larger"),
        pytest.param("48x26", (), id="smaller"),
        pytest.param("54x96", (), id="turned"),
        pytest.param("96x54", ("-pix_fmt", "yuv444p"), id="other-chroma"),
        pytest.param("96x54", FULL_RANGE, id="other-range"),
    ],
)
@pytest.mark.parametrize("scene", [(18, 48), (0, 30), (36, 54)], ids=["across", "up-to-it", "after"])
async def test_a_picture_that_changes_on_the_way_goes_on(
    size: str, options: tuple[str, ...], scene: tuple[int, int], tools: Tools, tmp_path: Path
) -> None:
    source = changing(tools, tmp_path, size, *options)
    numbers = await shown(source, tools, *scene)
    assert numbers == pytest.approx(list(range(*scene)), abs=1)


async def test_a_picture_that_is_turned_on_the_way_keeps_its_shape(tools: Tools, tmp_path: Path) -> None:
    source, short = changing(tools, tmp_path, "54x96"), tmp_path / "short.mp4"
    job = samples.job(1.2, 1.8, strategy="letterbox")
    await render(job, source=source, output=short, tools=tools)
    columns, rows = lit_part(short, tools)
    assert columns / rows == pytest.approx(54 / 96, abs=0.06)


def with_clean_aperture(source: Path, width: int, height: int) -> Path:
    """The same film, of whose picture its container says that only so much of the middle is to be seen."""
    numbers = (width, 1, height, 1, 0, 1, 0, 1)
    box = struct.pack(">I4s8I", 40, b"clap", *numbers)
    raw = source.read_bytes()
    with source.open("rb") as file:
        movie = read_movie(file)
    before = movie.index.to_bytes()
    described = next(t for t in movie.tracks if t.handler == b"vide")._table.find(b"stsd")
    # one entry stands behind eight bytes; the box goes to its end
    size = int.from_bytes(described.content[8:12], "big")
    described.content = described.content[:8] + struct.pack(">I", size + 40) + described.content[12:] + box
    # the index stands behind the pictures, so that nothing moves
    source.write_bytes(raw.replace(before, movie.index.to_bytes()))
    return source


@pytest.mark.parametrize("strategy", ["letterbox", "center_crop"])
async def test_what_the_container_cuts_off_is_not_there(strategy: str, tools: Tools, tmp_path: Path) -> None:
    white = ("-f", "lavfi", "-i", "color=white:size=192x108:rate=30:duration=1", *X264)
    source = with_clean_aperture(clips.make(tools, tmp_path / "clip.mp4", *white), 54, 96)
    media = await probe(source, tools=tools)
    assert (media.width, media.height) == (54, 96)
    short = tmp_path / "short.mp4"
    await render(samples.job(0, 1, strategy=strategy), source=source, output=short, tools=tools)
    assert lit_part(short, tools) == (36, 64)


@pytest.mark.parametrize("degrees", [45, 91.5, 135])
async def test_a_picture_that_is_turned_by_half_keeps_its_size(
    degrees: float, tools: Tools, tmp_path: Path
) -> None:
    plain = clips.make(tools, tmp_path / "plain.mp4", *counting(30), *X264)
    turned = ("-display_rotation", str(degrees), "-i", str(plain), "-c", "copy")
    source = clips.make(tools, tmp_path / "clip.mp4", *turned)
    media = await probe(source, tools=tools)
    assert (media.width, media.height) == (96, 54)
    assert len(await shown(source, tools, 0, 30)) == 30


@pytest.mark.parametrize("scene", [(31, 45), (45, 60), (28, 60)], ids=["just-after", "long-after", "across"])
async def test_the_last_picture_stays_where_the_sound_goes_on(
    scene: tuple[int, int], tools: Tools, tmp_path: Path
) -> None:
    source = clips.make(tools, tmp_path / "clip.mp4", *counting(30), *clips.tone(2), *X264, "-c:a", "aac")
    numbers = await shown(source, tools, *scene)
    assert numbers == pytest.approx([min(29, number) for number in range(*scene)], abs=1)


async def test_the_last_slide_stays_to_the_end(tools: Tools, tmp_path: Path) -> None:
    slides = ("-filter:v", "select='not(mod(n,20))'", "-fps_mode", "vfr")
    arguments = (*counting(60), *clips.tone(2), *slides, *X264, "-c:a", "aac")
    source = clips.make(tools, tmp_path / "clip.mp4", *arguments)
    assert await shown(source, tools, 48, 60) == pytest.approx([40] * 10, abs=1)


@pytest.mark.parametrize("start", range(52, 60, 2))
async def test_pictures_that_are_shown_before_their_key_frame_are_there(
    start: int, tools: Tools, tmp_path: Path
) -> None:
    """An index in the order of decoding leads to the key frame behind them, which does not bring them."""
    order = "open-gop=1:keyint=30:min-keyint=30:bframes=16:b-pyramid=normal:b-adapt=0:scenecut=0:log=-1"
    encoded = ("-c:v", "libx264", "-crf", "5", "-pix_fmt", "yuv420p", "-x264-params", order)
    source = clips.make(tools, tmp_path / "clip.mp4", *counting(70), *encoded)
    assert await shown(source, tools, start, start + 8) == pytest.approx(list(range(start, start + 8)), abs=1)


def test_a_scene_of_just_three_minutes_is_not_too_long_for_want_of_a_microsecond() -> None:
    for tenths in range(2000):
        check(samples.job(tenths / 10, tenths / 10 + 180))
        check(samples.job(tenths / 10, (tenths + 1800) / 10))
