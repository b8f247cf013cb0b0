"""A scene's title tells what it is, and its still shows it."""

from pathlib import Path

import pytest

from processing.character import characterise, title
from processing.detection import decide
from processing.ffmpeg import Tools
from processing.scenes import Interval, SceneBounds
from processing.shots import find_boundaries
from processing.watching import KEYS, SAMPLE_RATE, WHOLE, View
from storage.intake_models import SceneFacts
from tests.processing.reels import ENCODED, RATE, melted, reel, watch


def character(**changes: float | None) -> SceneFacts:
    calm = {"cuts_per_minute": 6.0, "motion": 1.5, "loudness_lufs": -20.0, "black_share": 0.0, "still_s": 0.0}
    return SceneFacts(**{**calm, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "0:41-1:22", id="nothing-special"),
        pytest.param({"cuts_per_minute": 30.0}, "0:41-1:22, fast cuts", id="fast"),
        pytest.param({"cuts_per_minute": 0.0, "motion": 0.1}, "0:41-1:22, one shot, still", id="a-still"),
        pytest.param({"motion": 9.0, "loudness_lufs": -12.0}, "0:41-1:22, lively, loud", id="loud"),
        pytest.param({"loudness_lufs": -30.0}, "0:41-1:22, quiet", id="quiet"),
        pytest.param({"loudness_lufs": None}, "0:41-1:22, silent", id="silent"),
        pytest.param({"black_share": 0.19}, "0:41-1:22", id="a-fade-in-it"),
        pytest.param({"black_share": 0.2}, "0:41-1:22, much black", id="much-black"),
        pytest.param({"black_share": 0.7}, "0:41-1:22, mostly black", id="mostly-black"),
    ],
)
def test_a_title_is_made_of_times_and_what_is_remarkable(
    changes: dict[str, float | None], words: str
) -> None:
    scene = Interval(start_s=41.2, end_s=81.9)
    assert title(scene, character(**changes), whole_lufs=-20.0) == words


async def test_the_still_is_neither_black_nor_plain(tools: Tools, tmp_path: Path) -> None:
    shots = (("black", 1.0), ("grey", 2.5), ("fractal", 2.0), ("grey", 2.0))
    seen = await watch(tools, reel(tools, tmp_path / "reel.mp4", *shots))
    found = characterise(seen, Interval(start_s=0, end_s=7.5), find_boundaries(seen))
    assert 3.5 <= found.still_s < 5.5
    assert found.black_share == pytest.approx(1.0 / 7.5, abs=1 / SAMPLE_RATE)


@pytest.mark.parametrize("view", [WHOLE, KEYS], ids=["full", "fast"])
async def test_no_still_is_taken_while_one_picture_melts_into_another(
    tools: Tools, tmp_path: Path, view: View
) -> None:
    """Two pictures in one make the largest file, and so slow a dissolve is no boundary."""
    begin_s, end_s = 3.0, 9.0
    path = melted(
        tools,
        tmp_path / "melted.mp4",
        "fence",
        "net",
        how="fade",
        at_s=begin_s,
        length_s=end_s - begin_s,
        shots_s=end_s,
        encoded=(*ENCODED, "-g", str(RATE)),
    )
    seen = await watch(tools, path, view)
    assert view.keys_only or find_boundaries(seen) == []
    stills = dict(zip(seen.still_sizes, seen.still_times, strict=False))
    assert begin_s < stills[max(stills)] < end_s
    assert not begin_s < characterise(seen, Interval(start_s=0, end_s=12), []).still_s < end_s


async def test_a_video_without_sound_is_said_to_be_silent(tools: Tools, tmp_path: Path) -> None:
    seen = await watch(tools, reel(tools, tmp_path / "reel.mp4", ("clock", 1.0), ("wall", 1.0)))
    detection = decide(seen, SceneBounds())
    assert detection.loudness_lufs is None
    assert [scene.title for scene in detection.scenes] == ["0:00-0:02, fast cuts, silent"]


async def test_black_at_the_ends_is_no_cut_and_in_no_scene(tools: Tools, tmp_path: Path) -> None:
    shots = (("black", 0.6), ("clock", 1.0), ("wall", 1.0), ("black", 0.6))
    seen = await watch(tools, reel(tools, tmp_path / "reel.mp4", *shots))
    detection = decide(seen, SceneBounds(shortest_s=1, target_s=2))
    assert detection.cuts_s == pytest.approx([1.6], abs=0.04)
    (scene,) = detection.scenes
    assert (scene.start_s, scene.end_s) == pytest.approx((0.6, 2.6), abs=0.15)
