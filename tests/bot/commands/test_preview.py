"""`cutdown preview` writes the strategy sheet, or one line about why it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from processing.ffmpeg import find_tools
from tests import clips


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4")


def preview(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "preview", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_sheet_is_a_picture_at_the_given_path(clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "sheet.png"
    done = preview(clip, "--at", "0:01", "--output", output)
    assert done.returncode == 0, done.stderr
    with Image.open(output) as sheet:
        assert sheet.format == "PNG"
        assert done.stdout.splitlines() == [str(output), f"{sheet.width}x{sheet.height}"]
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_a_focus_moves_what_is_cropped(clip: Path, tmp_path: Path) -> None:
    sheets = []
    for focus in ("0", "100"):
        done = preview(clip, "--at", "1", "--focus", focus, "--output", tmp_path / f"{focus}.png")
        assert done.returncode == 0, done.stderr
        sheets.append((tmp_path / f"{focus}.png").read_bytes())
    assert sheets[0] != sheets[1]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        pytest.param("9", "outside the video", id="past-the-end"),
        pytest.param("x", "is not a time", id="no-time"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(clip: Path, tmp_path: Path, at: str, said: str) -> None:
    done = preview(clip, "--at", at, "--output", tmp_path / "sheet.png")
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
