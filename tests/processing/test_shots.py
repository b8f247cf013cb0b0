"""Boundaries between shots are found where they are, and nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.analysis import SAMPLE_BYTES, Analysis, Samples
from processing.ffmpeg import Tools
from processing.shots import Boundary, Transition, find_boundaries
from processing.watching import SAMPLE_RATE
from tests.processing.reels import RATE, SIZE, drawn, melted, reel, watch

FRAME_S = 1 / RATE
SAMPLE_S = 1 / SAMPLE_RATE


def seen(levels: list[int], changes: list[float]) -> Analysis:
    """An analysis of even grey pictures, one a sample, with these changes from frame to frame."""
    return Analysis(
        duration_s=len(levels) * SAMPLE_S,
        frame_times=[index * SAMPLE_S for index in range(len(changes))],
        frame_changes=changes,
        samples=Samples(pixels=b"".join(bytes([level]) * SAMPLE_BYTES for level in levels)),
        loudness=[],
        speech=None,
        still_sizes=[1] * (1 + len(levels) // 20),
        still_times=[],
        lit=None,
    )


async def boundaries(tools: Tools, path: Path) -> list[Boundary]:
    return find_boundaries(await watch(tools, path))


async def test_every_cut_is_found_at_its_frame_and_nothing_else(tools: Tools, tmp_path: Path) -> None:
    shots = (("clock", 1.0), ("fractal", 0.8), ("bars", 1.2), ("wall", 0.6), ("dim", 1.4), ("fractal", 1.0))
    found = await boundaries(tools, reel(tools, tmp_path / "reel.mp4", *shots))
    assert [boundary.transition for boundary in found] == [Transition.CUT] * 5
    truth = [1.0, 1.8, 3.0, 3.6, 5.0]
    assert [boundary.at_s for boundary in found] == pytest.approx(truth, abs=FRAME_S / 2)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"color=gray:size={SIZE}:rate={RATE}", id="nothing-moves"),
        pytest.param(f"testsrc2=size={SIZE}:rate={RATE},negate=enable='eq(n,40)'", id="a-flash"),
        pytest.param(
            f"testsrc2=size={SIZE}:rate={RATE},eq=brightness=0.6:enable='between(n,40,42)'",
            id="a-flash-of-three-frames",
        ),
        pytest.param(f"testsrc2=size=1280x180:rate={RATE},crop=320:180:'n*12':0", id="a-fast-pan"),
        pytest.param(f"testsrc2=size={SIZE}:rate=8,scroll=h=0.04,fps={RATE}", id="animation-on-threes"),
        pytest.param(
            f"testsrc2=size=360x220:rate={RATE},crop=320:180:'20+14*sin(n*1.9)':'20+9*cos(n*2.7)'",
            id="an-unsteady-hand",
        ),
        pytest.param(f"mandelbrot=size={SIZE}:rate={RATE}:start_scale=2:end_pts=60", id="a-zoom"),
    ],
)
async def test_one_shot_has_no_boundary(source: str, tools: Tools, tmp_path: Path) -> None:
    assert await boundaries(tools, drawn(tools, tmp_path / "shot.mp4", source)) == []


@pytest.mark.parametrize("length_s", [0.4, 1.0, 1.6])
async def test_a_dissolve_is_one_boundary_with_its_length(
    length_s: float, tools: Tools, tmp_path: Path
) -> None:
    begin_s = 1.3
    path = melted(tools, tmp_path / "melt.mp4", "clock", "wall", how="fade", at_s=begin_s, length_s=length_s)
    (found,) = await boundaries(tools, path)
    assert found.transition is Transition.DISSOLVE
    assert found.at_s == pytest.approx(begin_s + length_s / 2, abs=1.5 * SAMPLE_S)
    assert found.start_s - found.end_s == pytest.approx(length_s, abs=3 * SAMPLE_S)


@pytest.mark.parametrize("length_s", [0.6, 1.2])
async def test_a_fade_through_black_is_one_boundary_around_its_middle(
    length_s: float, tools: Tools, tmp_path: Path
) -> None:
    path = melted(tools, tmp_path / "fade.mp4", "clock", "wall", how="fadeblack", at_s=1.2, length_s=length_s)
    (found,) = await boundaries(tools, path)
    assert found.transition is Transition.BLACK
    assert found.end_s < 1.2 + length_s / 2 < found.start_s


async def test_black_between_two_shots_belongs_to_neither(tools: Tools, tmp_path: Path) -> None:
    path = reel(tools, tmp_path / "black.mp4", ("clock", 1.0), ("black", 1.0), ("wall", 1.0))
    (found,) = await boundaries(tools, path)
    assert found.transition is Transition.BLACK
    assert (found.end_s, found.start_s) == pytest.approx((1.0, 2.0), abs=1.5 * SAMPLE_S)


async def test_black_at_both_ends_is_marked_too(tools: Tools, tmp_path: Path) -> None:
    path = reel(tools, tmp_path / "ends.mp4", ("black", 0.6), ("clock", 1.4), ("black", 0.6))
    first, last = await boundaries(tools, path)
    assert (first.end_s, first.start_s) == pytest.approx((0.0, 0.6), abs=1.5 * SAMPLE_S)
    assert (last.end_s, last.start_s) == pytest.approx((2.0, 2.6), abs=1.5 * SAMPLE_S)


def test_a_jolt_in_steady_motion_is_not_a_cut() -> None:
    levels = [100, 103, 106, 109, 112, 120, 123, 126, 129, 132]
    changes = [3.0] * 5 + [5.5] + [3.0] * 4
    found = find_boundaries(seen(levels, changes))
    assert [boundary for boundary in found if boundary.transition is Transition.CUT] == []


def test_a_dark_shot_between_bright_ones_is_not_black() -> None:
    assert find_boundaries(seen([200] * 12 + [45] * 8 + [200] * 12, [0.0] * 32)) == []


levels = st.lists(st.sampled_from([16, 30, 90, 160, 235]), min_size=1, max_size=80)


@given(levels=levels, data=st.data())
def test_boundaries_are_in_order_inside_the_video_and_do_not_overlap(
    levels: list[int], data: st.DataObject
) -> None:
    changes = data.draw(st.lists(st.floats(0, 100), min_size=len(levels), max_size=len(levels)))
    found = find_boundaries(seen(levels, changes))
    edges = [edge for boundary in found for edge in (boundary.end_s, boundary.start_s)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(levels) * SAMPLE_S + 1e-9 for edge in edges)
