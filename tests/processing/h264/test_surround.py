"""What is put between bars is the very picture that was encoded, and the bars are black.

ffmpeg decodes both, so that neither our reading nor our writing of H.264 is its own judge.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.ffmpeg import Tools
from processing.h264.errors import NotUnderstood
from processing.h264.surround import surround
from tests import clips
from tests.processing.contract import look

#: Black of limited range, by plane.
BLACK = (16, 128, 128)
SLIGHTLY = 2
#: A moving picture with the black edges that `surround` asks for: 16 lines above and below.
EDGED = "{},pad=iw:ih+32:0:16:black"
MOVING = "testsrc2=size={}x{}:rate=30:duration={}"


def encoded(tools: Tools, path: Path, picture: str, *, x264: str = "", options: tuple[str, ...] = ()) -> Path:
    """A picture between black edges, as a render encodes it, beside a tone."""
    told = ["-preset", "superfast", "-pix_fmt", "yuv420p", "-x264-params", f"log-level=none{x264}", *options]
    picture_and_sound = ["-f", "lavfi", "-i", EDGED.format(picture), *clips.tone(1)]
    return clips.make(tools, path, *picture_and_sound, "-c:v", "libx264", *told, "-c:a", "aac", "-shortest")


def planes(path: Path, tools: Tools) -> Iterator[tuple[int, list[bytes]]]:
    """The rows of every decoded plane, in order; before them which of the three it is."""
    picture = look(path, tools)["streams"][0]
    width, height = picture["width"], picture["height"]
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    said = subprocess.run(
        [tools.ffmpeg, "-v", "error", "-xerror", "-i", path, *raw], check=True, capture_output=True
    )
    assert said.stderr == b""
    data, at = said.stdout, 0
    while at < len(data):
        for plane in range(3):
            across, down = (width, height) if plane == 0 else (width // 2, height // 2)
            yield plane, [data[at + row * across : at + (row + 1) * across] for row in range(down)]
            at += across * down


def faults(band: Path, whole: Path, tools: Tools, *, above: int) -> list[str]:
    """Where the whole is not the band between black bars.

    An encoder's black may be off by `SLIGHTLY`; then so is what it predicts from beyond the edge.
    """
    found = []
    for index, ((plane, inner), (_, outer)) in enumerate(
        zip(planes(band, tools), planes(whole, tools), strict=True)
    ):
        top = above if plane == 0 else above // 2
        bars = outer[:top] + outer[top + len(inner) :]
        if {*b"".join(bars)} != {BLACK[plane]}:
            found.append(f"plane {index}: bars of {sorted({*b''.join(bars)})}")
        pairs = zip(b"".join(inner), b"".join(outer[top : top + len(inner)]), strict=True)
        if (furthest := max(abs(one - other) for one, other in pairs)) > SLIGHTLY:
            found.append(f"plane {index}: {furthest} off")
    return found


PICTURES = {
    "moving": MOVING.format(160, 96, 1),
    "cuts": f"{MOVING.format(160, 96, 1)},negate=enable='mod(floor(n/7),2)'",
    # what is weighed against its references
    "fading": f"{MOVING.format(160, 96, 1)},fade=in:0:15,fade=out:15:15",
    "noise": f"{MOVING.format(160, 96, 0.5)},noise=alls=60:allf=t",
    "upwards": f"{MOVING.format(160, 96, 1)},scroll=vertical=0.13",
    "one": MOVING.format(160, 96, 0.03),
    "still": "color=c=orange:size=160x96:rate=30:duration=1",
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize(
    ("x264", "options"),
    [
        pytest.param("", (), id="superfast"),
        pytest.param(":bframes=0", (), id="in-order"),
        pytest.param(":cabac=1:8x8dct=1", ("-preset", "ultrafast", "-profile:v", "high"), id="ultrafast"),
        pytest.param(":ref=4:slices=3", ("-preset", "medium", "-crf", "12"), id="medium-in-slices"),
        pytest.param(":threads=3:keyint=8", ("-crf", "40"), id="starved"),
    ],
)
def test_the_picture_stays_what_it_was_between_bars_that_are_black(
    picture: str, x264: str, options: tuple[str, ...], tools: Tools, tmp_path: Path
) -> None:
    band = encoded(tools, tmp_path / "band.mp4", picture, x264=x264, options=options)
    whole = tmp_path / "whole.mp4"
    surround(band, whole, above=48, height=256)
    assert faults(band, whole, tools, above=48) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    width=st.integers(1, 40).map(lambda n: 16 * n - 2 * (n % 8)),
    rows=st.integers(1, 6),
    above=st.integers(1, 60),
    below=st.integers(1, 60),
)
def test_bars_of_every_size_are_black(
    width: int, rows: int, above: int, below: int, tools: Tools, tmp_path: Path
) -> None:
    width = max(width, 48)
    band = encoded(tools, tmp_path / "band.mp4", MOVING.format(width, 16 * rows, 0.2))
    whole = tmp_path / "whole.mp4"
    surround(band, whole, above=16 * above, height=16 * (above + rows + 2 + below))
    assert faults(band, whole, tools, above=16 * above) == []


@pytest.mark.parametrize("picture", ["cuts", "fading"])
def test_each_picture_is_three_slices_of_one_kind_whose_edges_are_their_own(
    picture: str, tools: Tools, tmp_path: Path
) -> None:
    band, whole = encoded(tools, tmp_path / "band.mp4", PICTURES[picture]), tmp_path / "whole.mp4"
    surround(band, whole, above=48, height=256)
    told = headers(whole, tools)
    assert set(told["cabac_alignment_one_bit"]) == {1}
    # 10 macroblocks a row; 3 rows of bar, then 6 of picture and one of margin on either side
    assert told["first_mb_in_slice"] == [0, 30, 110] * (len(told["first_mb_in_slice"]) // 3)
    edges = told["disable_deblocking_filter_idc"]
    assert edges == [1, 2, 1] * (len(edges) // 3)
    kinds = told["slice_type"]
    assert kinds[::3] == kinds[1::3] == kinds[2::3]
    assert len({*kinds}) == 3


def headers(path: Path, tools: Tools) -> dict[str, list[int]]:
    """Every field of every header of the coded picture, as ffmpeg reads them: name -> values."""
    traced = ["-map", "0:v", "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"]
    said = subprocess.run(
        [tools.ffmpeg, "-v", "trace", "-i", path, *traced], check=True, capture_output=True, text=True
    ).stderr
    found: dict[str, list[int]] = {}
    for name, value in re.findall(r"trace_headers @ \S+\] \d+ +(\w+) +[01]+ = (-?\d+)", said):
        found.setdefault(name, []).append(int(value))
    return found


def test_everything_else_in_the_file_is_as_it_was(tools: Tools, tmp_path: Path) -> None:
    band, whole = encoded(tools, tmp_path / "band.mp4", PICTURES["cuts"]), tmp_path / "whole.mp4"
    surround(band, whole, above=64, height=1920)

    def times(path: Path) -> list[bytes]:
        entries = ["-show_entries", "packet=stream_index,pts,dts,duration,flags", "-of", "csv"]
        said = subprocess.run([tools.ffprobe, "-v", "error", *entries, path], check=True, capture_output=True)
        return sorted(said.stdout.splitlines())

    def sound(path: Path) -> bytes:
        copied = [tools.ffmpeg, "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "adts", "-"]
        return subprocess.run(copied, check=True, capture_output=True).stdout

    assert times(whole) == times(band)
    assert sound(whole) == sound(band)
    changed = {"height", "coded_height", "display_aspect_ratio", "bit_rate", "extradata_size"}
    streams = [look(path, tools)["streams"] for path in (band, whole)]
    for before, after in zip(*streams, strict=True):
        assert {key for key in before | after if before.get(key) != after.get(key)} <= changed
    assert (streams[1][0]["width"], streams[1][0]["height"]) == (160, 1920)
    assert whole.read_bytes().index(b"moov") < whole.read_bytes().index(b"mdat")


@pytest.mark.parametrize(
    ("x264", "said"),
    [
        pytest.param(":cabac=0", "CABAC", id="another-entropy-coding"),
        pytest.param(":interlaced=1", "field", id="fields"),
        pytest.param(":ref=16", "references", id="more-references-than-the-level-has"),
        pytest.param(":cqm=jvt", "matrices", id="scaling-matrices"),
    ],
)
def test_what_is_not_known_here_is_not_touched(x264: str, said: str, tools: Tools, tmp_path: Path) -> None:
    band = encoded(tools, tmp_path / "band.mp4", PICTURES["moving"], x264=x264)
    with pytest.raises(NotUnderstood, match=said):
        surround(band, tmp_path / "whole.mp4", above=48, height=256)


@pytest.mark.parametrize(
    ("above", "height"),
    [
        pytest.param(0, 256, id="nothing-above"),
        pytest.param(48, 176, id="nothing-below"),
        pytest.param(40, 256, id="half-a-macroblock"),
        pytest.param(48, 250, id="no-whole-height"),
    ],
)
def test_a_bar_is_whole_macroblocks(above: int, height: int, tools: Tools, tmp_path: Path) -> None:
    band = encoded(tools, tmp_path / "band.mp4", PICTURES["still"])
    with pytest.raises(NotUnderstood, match="bar"):
        surround(band, tmp_path / "whole.mp4", above=above, height=height)


@pytest.fixture(scope="module")
def written(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return encoded(tools, tmp_path_factory.mktemp("written") / "band.mp4", PICTURES["moving"]).read_bytes()


#: Bytes that are changed: where, as a part of what lies behind the samples or of the whole, and into what.
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=DAMAGE, damage_of_index=DAMAGE, part=st.just(1.0) | st.floats(0, 1))
def test_a_damaged_file_is_copied_or_refused_but_never_a_riddle(
    damage: list[tuple[float, int]],
    damage_of_index: list[tuple[float, int]],
    part: float,
    written: bytes,
    tmp_path: Path,
) -> None:
    damaged = bytearray(written)
    for begin, changes in ((0, damage), (written.index(b"moov"), damage_of_index)):
        for place, byte in changes:
            damaged[begin + int(place * (len(written) - 1 - begin))] = byte
    band = tmp_path / "band.mp4"
    band.write_bytes(damaged[: int(part * len(damaged))])
    with suppress(NotUnderstood):
        surround(band, tmp_path / "whole.mp4", above=48, height=256)
