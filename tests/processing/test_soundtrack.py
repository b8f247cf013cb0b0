"""What is told from momentary loudness agrees with ffmpeg and with the ear."""

import math
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.analysis import momentary
from processing.ffmpeg import Tools
from processing.loudness import read
from processing.soundtrack import integrated, silences, stretch
from storage.soundtracks import QUIETEST, packed, unpacked
from tests import clips
from tests.processing.reels import watch

#: Two seconds of noise, one of silence, one of a quieter noise, over a small picture.
SOUND = (
    "anoisesrc=d=2:a=0.4:seed=1:r=48000[a];anullsrc=d=1:r=48000:cl=mono[b];"
    "anoisesrc=d=1:a=0.1:seed=2:r=48000[c];[a][b][c]concat=n=3:v=0:a=1"
)


@pytest.fixture
def noisy(tools: Tools, tmp_path: Path) -> Path:
    picture = clips.picture(size="64x36", rate="10", seconds=4)
    arguments = [
        "-filter_complex",
        f"{SOUND}[s]",
        "-map",
        "0:v",
        "-map",
        "[s]",
        "-c:v",
        "libx264",
        "-c:a",
        "flac",
    ]
    return clips.make(tools, tmp_path / "noisy.mkv", *picture, *arguments)


def measured(tools: Tools, path: Path) -> float:
    """What ffmpeg's own summary says."""
    arguments = [tools.ffmpeg, "-nostats", "-i", path, "-af", "ebur128", "-vn", "-f", "null", "-"]
    return read(subprocess.run(arguments, capture_output=True, text=True, check=True).stderr).integrated_lufs


async def test_integrated_loudness_is_what_ffmpeg_measures(noisy: Path, tools: Tools) -> None:
    seen = await watch(tools, noisy)
    assert integrated(seen.loudness) == pytest.approx(measured(tools, noisy), abs=0.2)


async def test_silence_is_found_where_it_is(noisy: Path, tools: Tools) -> None:
    ((begin_s, end_s),) = silences((await watch(tools, noisy)).loudness)
    assert (begin_s, end_s) == pytest.approx((2.0, 3.0), abs=0.11)


async def test_a_quieter_part_is_quieter_than_the_whole(noisy: Path, tools: Tools) -> None:
    loudness = (await watch(tools, noisy)).loudness
    assert integrated(stretch(loudness, 3.4, 4.0)) < integrated(loudness) - 6


def test_what_is_not_a_number_is_silence() -> None:
    told = momentary(
        "".join(f"frame:0\nlavfi.r128.M={value}\n" for value in ("-23.1", "nan", "-nan", "-120.691"))
    )
    assert told == [-23.1, -math.inf, -math.inf, -120.691]
    assert unpacked(packed(told[1:3])) == [QUIETEST, QUIETEST]


def test_no_sound_is_minus_infinity_and_has_no_silences() -> None:
    assert integrated([]) == -math.inf
    assert silences([]) == []


@given(loudness=st.lists(st.floats(-121, 0), max_size=200))
def test_silences_are_in_order_disjoint_and_inside_the_sound(loudness: list[float]) -> None:
    edges = [edge for silence in silences(loudness) for edge in silence]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(loudness) / 10 for edge in edges)
