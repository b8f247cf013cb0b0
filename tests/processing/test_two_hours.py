"""A film of two hours is watched like a short clip: its scenes are lawful, and its pictures fit in memory."""

import json
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
#: A child starts with the peak of whoever made it, here a test runner of any size: so a small one makes it.
MEASURED = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)"
)


@pytest.fixture
def film(tools: Tools, tmp_path: Path) -> Path:
    part = clips.make(
        tools, tmp_path / "part.mp4", "-f", "lavfi", "-t", "600", "-i", SHOTS, *ENCODED, "-g", "5"
    )
    again = str(LENGTH_S // 600 - 1)
    return clips.make(tools, tmp_path / "film.mp4", "-stream_loop", again, "-i", str(part), "-c", "copy")


def test_two_hours_are_parted_without_a_hole_and_in_little_memory(film: Path) -> None:
    scenes = [sys.executable, "-m", "bot", "scenes", str(film), "--json"]
    done = subprocess.run([sys.executable, "-c", MEASURED, *scenes], capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert told["cuts_s"] == list(range(SHOT_S, LENGTH_S, SHOT_S))
    scenes = [(scene["start_s"], scene["end_s"]) for scene in told["scenes"]]
    assert (scenes[0][0], scenes[-1][1]) == (0, LENGTH_S)
    assert all(before[1] == after[0] for before, after in pairwise(scenes))
    assert all(15 <= end_s - start_s <= 180 for start_s, end_s in scenes)
    assert int(done.stderr.split()[-1]) / 1024 < BOUND_MB
