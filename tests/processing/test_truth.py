"""What a short shows and sounds is what its source shows and sounds, at the same moment."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg import Tools
from processing.render import Rendition, render
from tests import clips, samples
from tests.processing.contract import breaches, look, pixels
from tests.processing.contract import samples as sounds

LOSSLESS = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p")
ORANGE = "color=0xE08020:size=128x128:rate=30:duration=1"
#: A flash of 0.1 s, and with it a beep, at 1 s and at 2 s.
FLASH = "color=black:size=64x64:rate=30:duration=3,geq=lum='235*lt(mod(T,1),0.1)*gte(T,1)':cb=128:cr=128"
BEEP = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)*gte(t,1)':sample_rate=48000:duration=3"
#: Enlarged in a hurry by swscale, and made to fit by zimg, where ffmpeg has that.
HASTY: dict[str, Any] = {}
FITTED = {"strategy": "blur_fill", "quality": "medium"}
WAYS = pytest.mark.parametrize("way", [pytest.param(HASTY, id="hasty"), pytest.param(FITTED, id="fitted")])
BLINKING = ("-f", "lavfi", "-i", FLASH, "-f", "lavfi", "-i", BEEP)


async def short_of(
    source: Path, tools: Tools, start_s: float, end_s: float, **changes: Any
) -> tuple[Path, Rendition]:
    output = source.with_name(f"{source.stem}-short.mp4")
    job = samples.job(start_s, end_s, **changes)
    rendition = await render(job, source=source, output=output, tools=tools)
    assert breaches(output, tools, seconds=end_s - start_s) == []
    return output, rendition


def first_bright(path: Path, tools: Tools) -> float:
    """When the picture first turns white, in seconds."""
    frames = pixels(path, tools, columns=1, rows=1)
    rate = look(path, tools)["streams"][0]["avg_frame_rate"].split("/")
    return (
        next(index for index, frame in enumerate(frames) if frame[0][0] > 128) * int(rate[1]) / int(rate[0])
    )


def first_loud(path: Path, tools: Tools) -> float:
    """When the sound first rises, in seconds."""
    return next(index for index, value in enumerate(sounds(path, tools)) if abs(value) > 0.1) / 48_000


@pytest.mark.parametrize(
    ("ending", "written"),
    [
        pytest.param("mp4", ("-c:a", "aac"), id="mp4"),
        pytest.param("mp4", ("-c:a", "aac", "-g", "300", "-bf", "3"), id="long-gop"),
        pytest.param("ts", ("-c:a", "aac", "-output_ts_offset", "1234"), id="ts"),
        pytest.param("ts", ("-c:a", "mp2", "-g", "12", "-bf", "2", "-muxdelay", "1"), id="ts-mp2"),
        pytest.param("mkv", ("-c:a", "libopus", "-output_ts_offset", "7.77"), id="mkv-opus"),
        pytest.param("mov", ("-c:a", "pcm_s16le"), id="mov-pcm"),
        pytest.param("avi", ("-c:v", "mpeg4", "-c:a", "libmp3lame"), id="avi-mp3"),
        pytest.param("mpg", ("-c:v", "mpeg2video", "-q:v", "2", "-bf", "2", "-c:a", "mp2"), id="mpg"),
        pytest.param("mpg", ("-c:v", "mpeg2video", "-c:a", "pcm_dvd", "-ac", "2"), id="dvd-pcm"),
        pytest.param("m2ts", ("-c:a", "pcm_bluray", "-ac", "2"), id="blu-ray-pcm"),
        pytest.param("ts", ("-c:a", "s302m", "-strict", "-2", "-ac", "2"), id="studio-pcm"),
        pytest.param(
            "mp4", ("-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+delay_moov"), id="fragmented"
        ),
    ],
)
async def test_picture_and_sound_stay_in_step(
    ending: str, written: tuple[str, ...], tools: Tools, tmp_path: Path
) -> None:
    source = clips.make(tools, tmp_path / f"blink.{ending}", *BLINKING, *LOSSLESS, *written)
    short, _ = await short_of(source, tools, 0.6, 2.6)
    assert first_bright(short, tools) == pytest.approx(0.4, abs=1.5 / 30)
    assert first_loud(short, tools) == pytest.approx(first_bright(short, tools), abs=0.02)


async def test_a_scene_begins_with_the_frame_that_shows_at_that_moment(tools: Tools, tmp_path: Path) -> None:
    steps = "color=black:size=64x64:rate=1:duration=6,geq=lum='16+40*N':cb=128:cr=128"
    source = clips.make(tools, tmp_path / "steps.mp4", "-f", "lavfi", "-i", steps, *LOSSLESS)
    short, _ = await short_of(source, tools, 2.5, 4.5)
    brightness = [frame[0][0] for frame in pixels(short, tools, columns=1, rows=1)]
    shown = [round((value * 219 / 255) / 40) for value in brightness]
    assert shown == [2] * 12 + [3] * 24 + [4] * 12


@pytest.mark.parametrize("turn", [90, 180, 270])
async def test_a_turned_picture_stands_upright(turn: int, tools: Tools, tmp_path: Path) -> None:
    """The top of the picture, as shown, is red."""
    bars = {90: "hstack", 270: "hstack", 180: "vstack"}[turn]
    first, second = ("red", "blue") if turn == 270 else ("blue", "red")
    halves = [f"color={color}:size=96x96:rate=30:duration=1" for color in (first, second)]
    drawn = f"{halves[0]}[a];{halves[1]}[b];[a][b]{bars}"
    flat = clips.make(tools, tmp_path / "flat.mp4", "-f", "lavfi", "-i", drawn, *LOSSLESS)
    source = clips.make(
        tools, tmp_path / "turned.mp4", "-display_rotation", str(turn), "-i", str(flat), "-c", "copy"
    )
    short, _ = await short_of(source, tools, 0, 1, strategy="letterbox")
    column = [row[4] for row in _rows(pixels(short, tools)[0])]
    lit = [color for color in column if max(color) > 100]
    assert len(lit) == len(column)
    assert lit[0][0] > 200 > 60 > lit[0][2]
    assert lit[-1][2] > 200 > 60 > lit[-1][0]


@WAYS
@pytest.mark.parametrize(
    ("matrix", "size", "tag"),
    [
        pytest.param("bt709", "128x128", "bt709", id="bt709"),
        pytest.param("smpte170m", "128x128", "smpte170m", id="bt601"),
        pytest.param("smpte170m", "128x128", "unknown", id="untagged-small"),
        pytest.param("bt709", "1280x720", "unknown", id="untagged-large"),
    ],
)
async def test_colours_survive(
    matrix: str, size: str, tag: str, way: dict[str, Any], tools: Tools, tmp_path: Path
) -> None:
    orange = f"{ORANGE},scale={size}:out_color_matrix={matrix}:out_range=tv,format=yuv420p"
    orange += f",setparams=colorspace={tag}:color_primaries=unknown:color_trc=unknown"
    source = clips.make(tools, tmp_path / "orange.mp4", "-f", "lavfi", "-i", orange, *LOSSLESS)
    short, _ = await short_of(source, tools, 0, 0.5, **way)
    assert pixels(short, tools, columns=1, rows=1)[0][0] == pytest.approx((0xE0, 0x80, 0x20), abs=6)


@pytest.mark.parametrize("pixel_format", ["bgra", "yuva420p", "gbrp", "yuv444p", "yuv420p10le"])
async def test_every_pixel_format_keeps_its_colours(pixel_format: str, tools: Tools, tmp_path: Path) -> None:
    orange = f"{ORANGE},format=gbrp,scale=out_color_matrix=smpte170m,format={pixel_format}"
    source = clips.make(tools, tmp_path / "orange.mkv", "-f", "lavfi", "-i", orange, "-c:v", "ffv1")
    short, _ = await short_of(source, tools, 0, 0.5)
    assert pixels(short, tools, columns=1, rows=1)[0][0] == pytest.approx((0xE0, 0x80, 0x20), abs=6)


@WAYS
@pytest.mark.parametrize(
    ("ending", "written"),
    [
        pytest.param("avi", ("-c:v", "mjpeg", "-q:v", "2"), id="mjpeg"),
        pytest.param("mp4", ("-c:v", "libx264", "-qp", "0"), id="h264"),
        pytest.param("webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-b:v", "1M"), id="vp9"),
    ],
)
async def test_full_range_is_not_washed_out(
    ending: str, written: tuple[str, ...], way: dict[str, Any], tools: Tools, tmp_path: Path
) -> None:
    grey = "color=0x101010:size=128x128:rate=30:duration=1,format=yuvj420p"
    source = clips.make(tools, tmp_path / f"dark.{ending}", "-f", "lavfi", "-i", grey, *written)
    short, _ = await short_of(source, tools, 0, 0.5, **way)
    assert pixels(short, tools, columns=1, rows=1)[0][0] == pytest.approx((16, 16, 16), abs=4)


async def test_what_is_transparent_becomes_black(tools: Tools, tmp_path: Path) -> None:
    clear = "color=0xE08020@0.0:size=128x128:rate=30:duration=1,format=bgra"
    source = clips.make(tools, tmp_path / "clear.mkv", "-f", "lavfi", "-i", clear, "-c:v", "ffv1")
    short, _ = await short_of(source, tools, 0, 0.5)
    assert pixels(short, tools, columns=1, rows=1)[0][0] == pytest.approx((0, 0, 0), abs=3)


@pytest.mark.parametrize(
    ("transfer", "kind", "white"),
    [pytest.param("smpte2084", "HDR10", 0.58, id="pq"), pytest.param("arib-std-b67", "HLG", 0.75, id="hlg")],
)
async def test_hdr_white_becomes_nearly_white_and_grey_stays_grey(
    transfer: str, kind: str, white: float, tools: Tools, tmp_path: Path
) -> None:
    """203 nits, where HDR puts the white of a page, is signal 0.58 in PQ and 0.75 in HLG."""
    level = round(64 + 876 * white)
    page = f"color=black:size=128x128:rate=30:duration=1,format=yuv420p10le,geq=lum={level}:cb=512:cr=512"
    tags = ("-color_trc", transfer, "-color_primaries", "bt2020", "-colorspace", "bt2020nc")
    display = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    said = f"log-level=error:transfer={transfer}:colorprim=bt2020:colormatrix=bt2020nc:{display}"
    x265 = ("-c:v", "libx265", "-x265-params", said)
    source = clips.make(tools, tmp_path / "hdr.mp4", "-f", "lavfi", "-i", page, *x265, *tags)
    short, rendition = await short_of(source, tools, 0, 0.5)
    red, green, blue = pixels(short, tools, columns=1, rows=1)[0][0]
    assert max(red, green, blue) - min(red, green, blue) <= 3
    assert 190 <= green <= 245
    assert f"tone-mapped from {kind}" in rendition.facts.notes


async def test_a_comb_is_woven_into_one_picture(tools: Tools, tmp_path: Path) -> None:
    """A light that comes and goes between the fields of a frame leaves stripes, unless woven away."""
    light = "geq=lum='235*mod(floor(N/3),2)':cb=128:cr=128"
    jumping = f"color=black:size=64x64:rate=50:duration=1.2,{light},interlace=lowpass=off"
    written = ("-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme")
    source = clips.make(tools, tmp_path / "comb.ts", "-f", "lavfi", "-i", jumping, *written)
    short, _ = await short_of(source, tools, 0.2, 0.6, strategy="letterbox")
    steps = [
        abs(one[4][0] - other[4][0])
        for frame in pixels(short, tools, rows=320)
        for one, other in pairwise(_rows(frame)[120:200])
    ]
    assert max(steps) < 40


async def test_the_default_tracks_are_taken_and_the_rest_is_left_behind(tools: Tools, tmp_path: Path) -> None:
    red, blue = (f"color={color}:size=64x64:rate=30:duration=2" for color in ("red", "blue"))
    quiet, loud = ("anullsrc=r=48000:cl=stereo:d=2", "sine=frequency=500:duration=2")
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:00,000 --> 00:00:01,500\nSecret words\n")
    inputs = [part for source in (red, blue, quiet, loud) for part in ("-f", "lavfi", "-i", source)]
    source = clips.make(
        tools, tmp_path / "crowd.mkv", *inputs, "-i", str(words),
        *("-map", "0:v", "-map", "1:v", "-map", "2:a", "-map", "3:a", "-map", "4:s"), *LOSSLESS,
        *("-c:a", "aac", "-attach", str(words), "-metadata:s:t", "mimetype=text/plain"),
        *("-disposition:v:0", "0", "-disposition:v:1", "default"),
        *("-disposition:a:0", "0", "-disposition:a:1", "default"),
    )  # fmt: skip
    short, _ = await short_of(source, tools, 0.2, 1.2)
    assert pixels(short, tools, columns=1, rows=1)[0][0][2] > 200
    assert max(map(abs, sounds(short, tools))) > 0.05


async def test_cover_art_is_not_the_video(tools: Tools, tmp_path: Path) -> None:
    cover = clips.make(
        tools, tmp_path / "cover.png", "-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1"
    )
    blue = ("-f", "lavfi", "-i", "color=blue:size=64x64:rate=30:duration=1")
    mapped = ("-map", "0:v", "-map", "1:v", "-c:v:0", "copy", "-disposition:v:0", "attached_pic")
    h264 = ("-c:v:1", "libx264", "-pix_fmt:v:1", "yuv420p")
    source = clips.make(tools, tmp_path / "covered.mp4", "-i", str(cover), *blue, *mapped, *h264)
    short, _ = await short_of(source, tools, 0, 0.5)
    assert pixels(short, tools, columns=1, rows=1)[0][0][2] > 200


async def test_an_edit_list_is_obeyed(tools: Tools, tmp_path: Path) -> None:
    """A copy that starts between key frames hides its first frames: here the flash comes 0.7 s in."""
    whole = clips.make(tools, tmp_path / "whole.mp4", *BLINKING, *LOSSLESS, "-g", "300", "-c:a", "aac")
    source = clips.make(tools, tmp_path / "cut.mp4", "-ss", "0.3", "-i", str(whole), "-c", "copy")
    short, _ = await short_of(source, tools, 0.2, 1.2)
    assert first_bright(short, tools) == pytest.approx(0.5, abs=1.5 / 30)
    assert first_loud(short, tools) == pytest.approx(first_bright(short, tools), abs=0.025)


async def test_a_hole_in_the_sound_does_not_shift_what_follows(tools: Tools, tmp_path: Path) -> None:
    hole = ("-af", "aselect='not(between(t,0.7,0.76))'", "-c:a", "pcm_s16le")
    source = clips.make(tools, tmp_path / "hole.mkv", *BLINKING, *LOSSLESS, *hole)
    short, _ = await short_of(source, tools, 0.5, 1.5)
    assert first_loud(short, tools) == pytest.approx(first_bright(short, tools), abs=0.02)


@pytest.mark.parametrize(
    ("ending", "codec", "halves"),
    [
        pytest.param("ts", "ac3", (("-ac", "2"), ("-ac", "6")), id="stereo-then-surround"),
        pytest.param("ts", "aac", (("-ac", "1"), ("-ac", "2")), id="mono-then-stereo"),
        pytest.param("mkv", "ac3", (("-ac", "2"), ("-ac", "1")), id="stereo-then-mono"),
        pytest.param("ts", "mp2", (("-ar", "48000"), ("-ar", "44100")), id="another-rate"),
    ],
)
async def test_sound_that_changes_within_the_scene_stays_in_step(
    ending: str, codec: str, halves: tuple[tuple[str, str], ...], tools: Tools, tmp_path: Path
) -> None:
    """As in a broadcast of a film with adverts: the change is at 1.5 s, a beep before it and one behind."""
    sound = tmp_path / f"sound.{codec}"
    parts = [
        clips.make(
            tools, tmp_path / f"{start}.{codec}", "-ss", start, "-t", "1.5", "-f", "lavfi", "-i", BEEP, *half
        )
        for start, half in zip(("0", "1.5"), halves, strict=True)
    ]
    sound.write_bytes(b"".join(part.read_bytes() for part in parts))
    inputs = ("-f", "lavfi", "-i", FLASH, "-i", str(sound))
    source = clips.make(tools, tmp_path / f"change.{ending}", *inputs, *LOSSLESS, "-c:a", "copy")
    short, _ = await short_of(source, tools, 0.6, 2.6)
    assert first_bright(short, tools) == pytest.approx(0.4, abs=1.5 / 30)
    heard = [index / 48_000 for index, value in enumerate(sounds(short, tools)) if abs(value) > 0.1]
    beeps = [heard[0], next(moment for moment in heard if moment > 1)]
    assert beeps == pytest.approx([first_bright(short, tools), first_bright(short, tools) + 1], abs=0.06)


async def test_a_clock_that_jumps_is_put_right(tools: Tools, tmp_path: Path) -> None:
    """Two broadcasts one after the other, the second with an earlier clock."""
    parts = [
        clips.make(
            tools, tmp_path / f"{offset}.ts", *BLINKING, *LOSSLESS, "-c:a", "mp2", "-output_ts_offset", offset
        )
        for offset in ("5000", "20")
    ]
    source = tmp_path / "jump.ts"
    source.write_bytes(b"".join(part.read_bytes() for part in parts))
    short, _ = await short_of(source, tools, 2.5, 4.5)
    assert first_bright(short, tools) == pytest.approx(1.5, abs=0.15)
    assert first_loud(short, tools) == pytest.approx(first_bright(short, tools), abs=0.04)


def _rows(frame: list[tuple[int, int, int]], columns: int = 9) -> list[list[tuple[int, int, int]]]:
    return [frame[first : first + columns] for first in range(0, len(frame), columns)]
