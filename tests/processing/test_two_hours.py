"""A film of two hours is watched like a short clip: its scenes are lawful, and its pictures fit in memory."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from tests import clips
from tests.processing.reels import ENCODED

LENGTH_S, SHOT_S = 7200, 60
#: Ten shots of a minute that stand still, each unlike the others, over and over.
SHOTS = f"nullsrc=size=64x36:rate=1,geq=lum='mod(97*floor(T/{SHOT_S}),200)*0.8+X+16':cb=128:cr=128"
#: Of it and of any child. Two hours of samples are 41 MB; at the size that frames are compared at, 1 GB.
BOUND_MB = 300


@pytest.fixture
def film(tools: Tools, tmp_path: Path) -> Path:
    part = clips.make(
        tools, tmp_path / "part.mp4", "-f", "lavfi", "-t", "600", "-i", SHOTS, *ENCODED, "-g", "5"
    )
    again = str(LENGTH_S // 600 - 1)
    return clips.make(tools, tmp_path / "film.mp4", "-stream_loop", again, "-i", str(part), "-c", "copy")


def test_two_hours_are_parted_without_a_hole_and_in_little_memory(film: Path, tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    with said.open("wb") as output:
        child = subprocess.Popen([sys.executable, "-m", "bot", "scenes", film, "--json"], stdout=output)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    told = json.loads(said.read_bytes())
    assert told["cuts_s"] == list(range(SHOT_S, LENGTH_S, SHOT_S))
    scenes = [(scene["start_s"], scene["end_s"]) for scene in told["scenes"]]
    assert (scenes[0][0], scenes[-1][1]) == (0, LENGTH_S)
    assert all(before[1] == after[0] for before, after in pairwise(scenes))
    assert all(15 <= end_s - start_s <= 180 for start_s, end_s in scenes)
    assert used.ru_maxrss / 1024 < BOUND_MB
