"""The fast detector decodes little, and parts scenes where the full one would: to the frame."""

from pathlib import Path

import pytest

from processing import detection, skimming
from processing.analysis import analyse
from processing.detection import Detection, Detector, detect
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.scenes import SceneBounds
from processing.watching import KEYS, View
from tests import clips
from tests.processing.reels import ENCODED, RATE, reel

SHOTS = (("clock", 3.4), ("fractal", 4.0), ("wall", 3.2), ("dim", 3.8), ("bars", 3.0))
CUTS = [3.4, 7.4, 10.6, 14.4]
BOUNDS = SceneBounds(shortest_s=3, target_s=3.5, longest_s=8)
#: A key frame at every cut, as most encoders make them.
EAGER = (*ENCODED, "-sc_threshold", "40")
#: A key frame every two seconds, wherever the cuts are.
RIGID = (*ENCODED, "-g", "50", "-sc_threshold", "0")
#: One key frame, at the beginning.
LONE = (*ENCODED, "-g", "9999", "-sc_threshold", "0")


async def found(
    path: Path, tools: Tools, detector: Detector = Detector.FAST, bounds: SceneBounds = BOUNDS
) -> Detection:
    media = await probe(path, tools=tools)
    return await detect(path, media, tools=tools, bounds=bounds, timeout_s=60, detector=detector)


@pytest.mark.parametrize("encoded", [pytest.param(EAGER, id="at-cuts"), pytest.param(RIGID, id="elsewhere")])
async def test_scenes_part_at_the_frame_of_the_cut(
    encoded: tuple[str, ...], tools: Tools, tmp_path: Path
) -> None:
    source = reel(tools, tmp_path / "reel.mp4", *SHOTS, encoded=encoded)
    fast = await found(source, tools)
    ends = [scene.end_s for scene in fast.scenes][:-1]
    assert len(ends) >= 2
    assert all(min(abs(end_s - cut_s) for cut_s in CUTS) <= 0.5 / RATE for end_s in ends)
    assert set(ends) <= set(fast.cuts_s)
    full = await found(source, tools, Detector.FULL)
    assert [scene.start_s for scene in fast.scenes] == [scene.start_s for scene in full.scenes]


async def test_only_what_a_scene_ends_at_is_looked_at(
    tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows: list[View] = []

    async def watched(*arguments: object, **options: object) -> object:
        windows.append(options["view"])  # type: ignore[arg-type]
        return await analyse(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(skimming, "analyse", watched)
    source = reel(tools, tmp_path / "reel.mp4", *SHOTS, encoded=(*ENCODED, "-g", "25"))
    fast = await found(source, tools, bounds=SceneBounds(shortest_s=3, target_s=8, longest_s=12))
    assert len(fast.scenes) == 2
    assert windows[0] == KEYS
    assert 1 <= len(windows) - 1 < len(CUTS)
    assert sum(view.length_s or 0 for view in windows) < 0.6 * sum(seconds for _, seconds in SHOTS)


async def test_where_key_frames_are_too_sparse_the_whole_video_is_watched(
    tools: Tools, tmp_path: Path
) -> None:
    source = reel(tools, tmp_path / "reel.mp4", *SHOTS, encoded=LONE)
    fast = await found(source, tools)
    assert fast == await found(source, tools, Detector.FULL)
    assert fast.scenes[0].facts.motion is not None


async def test_key_frames_tell_nothing_of_cuts_and_motion_and_all_of_the_sound(
    tools: Tools, tmp_path: Path
) -> None:
    source = clips.plain(tools, tmp_path / "plain.mkv", seconds=4)
    (fast,) = (await found(source, tools, bounds=SceneBounds())).scenes
    (full,) = (await found(source, tools, Detector.FULL, bounds=SceneBounds())).scenes
    assert (fast.facts.cuts_per_minute, fast.facts.motion, fast.facts.black_share) == (None, None, None)
    assert fast.facts.loudness_lufs == full.facts.loudness_lufs
    assert "still" not in fast.title
    assert "one shot" not in fast.title


async def test_black_is_in_no_scene(tools: Tools, tmp_path: Path) -> None:
    shots = (("black", 1.5), ("clock", 4.2), ("black", 2.0), ("wall", 4.0), ("black", 1.6))
    source = reel(tools, tmp_path / "reel.mp4", *shots, encoded=(*ENCODED, "-g", "25"))
    fast = await found(source, tools)
    times = [(scene.start_s, scene.end_s) for scene in fast.scenes]
    assert times == [pytest.approx((1.5, 5.7), abs=0.15), pytest.approx((7.7, 11.7), abs=0.15)]
    assert not any("black" in scene.title for scene in fast.scenes)


async def test_a_slow_change_between_key_frames_is_no_cut(tools: Tools, tmp_path: Path) -> None:
    slide = "color=gray:size=320x180:rate=25,drawbox=x='160-40*t':y=0:w=160:h=180:color=white:t=fill"
    source = clips.make(tools, tmp_path / "slide.mp4", "-f", "lavfi", "-t", "9", "-i", slide, *RIGID)
    fast = await found(source, tools)
    assert fast.cuts_s == []


def test_full_is_what_is_done_when_nobody_says_otherwise() -> None:
    assert detection.detect.__kwdefaults__ is not None
    assert detection.detect.__kwdefaults__["detector"] is Detector.FULL
