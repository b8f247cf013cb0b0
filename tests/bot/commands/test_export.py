"""`cutdown export` keeps its promise: a whole file and status 0, or nothing and one line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from processing.ffmpeg import Tools, find_tools
from tests import clips
from tests.processing.contract import pixels, samples


@pytest.fixture(scope="module")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="module")
def clip(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(tools, tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=2)


def cutdown(
    *arguments: str | Path, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(environment or {})},
        cwd=folder,
    )


def test_json_tells_the_facts_of_the_result(clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "short.mp4"
    done = cutdown("export", clip, "--start", "0.5", "--end", "0:01.5", "--output", output, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["width"], facts["height"]) == (1080, 1920)
    assert (facts["video_codec"], facts["audio_codec"]) == ("h264", "aac")
    assert facts["duration_s"] == pytest.approx(1.0, abs=0.05)
    assert facts["size_bytes"] == output.stat().st_size
    assert (facts["strategy"], facts["quality"]) == ("center_crop", "high")
    assert facts["elapsed_s"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["short.mp4"]


def test_names_in_the_folder_it_is_started_in_are_enough(tools: Tools, clip: Path, tmp_path: Path) -> None:
    """Also in Python 3.11, whose temporary folders beside a relative path are relative themselves."""
    for link, target in (("clip.mp4", clip), ("ffmpeg", tools.ffmpeg), ("ffprobe", tools.ffprobe)):
        (tmp_path / link).symlink_to(target)
    scene = ("export", "clip.mp4", "--start", "0.5", "--end", "1.5")
    done = cutdown(
        *scene, "--output", "short.mp4", folder=tmp_path, environment={"PATH": f".:{os.environ['PATH']}"}
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "short.mp4").stat().st_size > 0


def test_focus_size_and_loudness_do_what_they_say(tools: Tools, tmp_path: Path) -> None:
    noise = "noise=alls=90:allf=t,drawbox=x=0:w=160:color=black:t=fill"
    quiet = ("-filter:a", "volume=-30dB", "-c:a", "pcm_s16le")
    clip = clips.make(tools, tmp_path / "clip.mkv", *clips.picture(), *clips.tone(), "-vf", noise, *quiet)
    scene = ("export", clip, "--start", "0", "--end", "2", "--quality", "draft", "--json")
    plain, changed = tmp_path / "plain.mp4", tmp_path / "changed.mp4"
    assert cutdown(*scene, "--focus", "0", "--output", plain).returncode == 0
    options = ("--focus", "100", "--target-mb", "0.3", "--no-loudness")
    done = cutdown(*scene, *options, "--output", changed)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["size_bytes"] <= 300_000
    assert facts["notes"] == ["quality was given up to stay below 0.3 MB"]
    black, noisy = (pixels(short, tools, columns=1, rows=1)[0][0][0] for short in (plain, changed))
    assert black < 40 < noisy
    assert max(map(abs, samples(changed, tools))) < 0.01 < max(map(abs, samples(plain, tools)))


def test_the_cores_that_were_named_are_all_that_is_used(clip: Path, tools: Tools, tmp_path: Path) -> None:
    told, listening = tmp_path / "told.txt", tmp_path / "ffmpeg"
    listening.write_text(f'#!/bin/sh\necho "$*" >> {told}\nexec {tools.ffmpeg} "$@"\n')
    listening.chmod(0o755)
    named = {"CUTDOWN_RENDER__FFMPEG": str(listening), "CUTDOWN_RENDER__FFPROBE": str(tools.ffprobe)}
    scene = ("export", clip, "--start", "0", "--end", "1", "--quality", "draft", "--threads", "1")
    done = cutdown(*scene, "--output", tmp_path / "short.mp4", environment=named)
    assert done.returncode == 0, done.stderr
    (encoding,) = (line for line in told.read_text().splitlines() if "libx264" in line)
    # of the decoder and of the encoder
    assert encoding.count("-threads 1 ") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--start", "0", "--end", "9"], "outside the video", id="past-the-end"),
        pytest.param(["--start", "0", "--end", "200"], "longer than", id="too-long"),
        pytest.param(["--start", "1", "--end", "1"], "end must come after", id="empty"),
        pytest.param(["--start", "x", "--end", "1"], "is not a time", id="no-time"),
        pytest.param(["--start", "0", "--end", "1", "--strategy", "zoom"], "no strategy", id="no-strategy"),
        pytest.param(["--start", "0", "--end", "1", "--quality", "best"], "no quality", id="no-quality"),
        pytest.param(["--start", "0", "--end", "1", "--focus", "101"], "a focus lies", id="no-focus"),
        pytest.param(["--start", "0", "--end", "1", "--target-mb", "0.01"], "MB at least", id="too-small"),
        pytest.param(["--start", "0", "--end", "1", "--threads", "-2"], "from 0 (all)", id="no-threads"),
        pytest.param(["--start", "0", "--end", "1", "--threads", "x"], "from 0 (all)", id="no-number"),
        pytest.param(["--start", "0"], "required: --end", id="no-end"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(
    clip: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = cutdown("export", clip, *arguments, "--output", tmp_path / "short.mp4")
    assert done.returncode != 0
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "misuse",
    [("--strategy", "zoom"), ("--quality", "best"), ("--focus", "101"), ("--threads", "x")],
    ids=lambda misuse: misuse[0],
)
def test_what_could_not_be_understood_has_a_status_of_its_own(
    clip: Path, tmp_path: Path, misuse: tuple[str, str]
) -> None:
    scene = ("export", clip, "--start", "0", "--end", "1", "--output", tmp_path / "short.mp4")
    assert cutdown(*scene, *misuse).returncode == 2


def test_the_source_is_never_written_over(clip: Path) -> None:
    before = clip.read_bytes()
    done = cutdown("export", clip, "--start", "0", "--end", "1", "--output", clip)
    assert done.returncode == 1
    assert clip.read_bytes() == before


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "talk.mp4"
    source.write_text("<html>Not found</html>")
    done = cutdown("export", source, "--start", "0", "--end", "1", "--output", tmp_path / "short.mp4")
    assert (done.returncode, done.stderr) == (1, "cutdown: The file is not a video.\n")
    assert list(tmp_path.iterdir()) == [source]


def test_called_off_it_leaves_nothing(tools: Tools, tmp_path: Path) -> None:
    source = clips.plain(tools, tmp_path / "source.mp4", size="1280x720", seconds=20)
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "bot", "export", source),
            *("--start", "0", "--end", "20", "--output", tmp_path / "short.mp4"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    # the render has begun when its folder is there
    while not list(tmp_path.glob(".*")) and child.poll() is None:
        pass
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (130, "cutdown: called off; nothing was written\n")
    assert list(tmp_path.iterdir()) == [source]
