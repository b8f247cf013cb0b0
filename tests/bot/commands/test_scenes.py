"""`cutdown scenes` prints the cuts and scenes of a file, or one line about why it cannot."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from processing.ffmpeg import find_tools
from tests.processing.reels import melted, reel


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shots = (("clock", 1.0), ("fractal", 1.0), ("wall", 2.0))
    return reel(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", *shots)


def cutdown(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_json_is_one_object_with_every_cut_and_scene(clip: Path) -> None:
    done = cutdown("scenes", clip, "--json", "--shortest", "1", "--target", "2")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["cuts_s"] == pytest.approx([1.0, 2.0], abs=0.04)
    assert [(scene["start_s"], scene["end_s"]) for scene in told["scenes"]] == [(0, 2), (2, 4)]
    assert all(scene["title"] for scene in told["scenes"])


def test_json_says_from_when_until_when_one_picture_melts_into_another(tmp_path: Path) -> None:
    film = melted(find_tools(), tmp_path / "film.mp4", "clock", "wall", how="fade", at_s=2, length_s=1)
    (told,) = json.loads(cutdown("scenes", film, "--json").stdout)["transitions"]
    assert told == {
        "start_s": pytest.approx(2, abs=0.3),
        "end_s": pytest.approx(3, abs=0.3),
        "transition": "dissolve",
    }


def test_without_json_people_can_read_it(clip: Path) -> None:
    done = cutdown("scenes", clip)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "2 cuts: 0:01, 0:02"
    assert "0.000      4.000  0:00-0:04" in done.stdout


@pytest.mark.parametrize(
    ("source", "arguments", "said"),
    [
        pytest.param("nothing.mp4", [], "there is no file", id="no-file"),
        pytest.param("page.mp4", [], "not a video", id="no-video"),
        pytest.param("page.mp4", ["--shortest", "60"], "in that order", id="bounds-in-disorder"),
    ],
)
def test_a_refusal_is_one_line(tmp_path: Path, source: str, arguments: list[str], said: str) -> None:
    (tmp_path / "page.mp4").write_text("<html></html>")
    done = cutdown("scenes", tmp_path / source, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_detector_is_told_the_known_ones(tmp_path: Path) -> None:
    done = cutdown("scenes", tmp_path / "film.mp4", "--detector", "slow")
    assert done.returncode == 2
    assert "--detector: one of full, fast" in done.stderr
