"""The ruler tells what a strategy shows, and the motion what it loses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.analysis import SAMPLE_BYTES, Samples
from processing.watching import SAMPLE_HEIGHT, SAMPLE_WIDTH
from processing.windows import Window, lost_share, motion_map, read_ruler, ruler

WIDTH, HEIGHT = 64, 36
WHOLE = Window(left=0, top=0, right=1, bottom=1, filled=1)
MIDDLE = Window(left=0.25, top=0, right=0.75, bottom=1, filled=1)
maps = st.lists(st.integers(0, 500), min_size=SAMPLE_BYTES, max_size=SAMPLE_BYTES)


def part(left: int, right: int) -> bytes:
    """The ruler, cropped to these columns."""
    rows = ruler(WIDTH, HEIGHT)
    step = 3 * WIDTH
    return b"".join(rows[begin + 3 * left : begin + 3 * right] for begin in range(0, len(rows), step))


def moving(column: int) -> list[int]:
    """A map on which something moves in one column only."""
    return [100 if index % SAMPLE_WIDTH == column else 0 for index in range(SAMPLE_BYTES)]


def test_an_untouched_ruler_is_seen_whole() -> None:
    assert read_ruler(ruler(WIDTH, HEIGHT)) == WHOLE


def test_a_crop_is_read_to_a_hundredth() -> None:
    window = read_ruler(part(16, 48))
    assert (window.left, window.right) == pytest.approx((0.25, 0.75), abs=0.02)
    assert (window.top, window.bottom, window.filled) == (0, 1, 1)


def test_bars_fill_nothing_and_hide_nothing() -> None:
    window = read_ruler(bytes(3 * WIDTH * HEIGHT) + ruler(WIDTH, HEIGHT))
    assert (window.left, window.top, window.right, window.bottom) == (0, 0, 1, 1)
    assert window.filled == 0.5


def test_an_empty_frame_shows_nothing() -> None:
    assert read_ruler(bytes(300)).area == 0


@pytest.mark.parametrize(("column", "lost"), [(0, 1.0), (7, 1.0), (8, 0.0), (16, 0.0), (23, 0.0), (24, 1.0)])
def test_motion_outside_the_window_is_lost(column: int, lost: float) -> None:
    assert lost_share(moving(column), MIDDLE) == pytest.approx(lost)


def test_where_nothing_moves_the_picture_counts() -> None:
    assert lost_share([0] * SAMPLE_BYTES, MIDDLE) == pytest.approx(0.5)


@given(motion=maps)
def test_the_whole_picture_loses_nothing_and_a_part_never_less(motion: list[int]) -> None:
    assert lost_share(motion, WHOLE) == pytest.approx(0)
    assert 0 <= lost_share(motion, MIDDLE) <= 1


def test_motion_is_mapped_where_it_is() -> None:
    before = bytes(SAMPLE_BYTES)
    after = bytearray(before)
    after[5 * SAMPLE_WIDTH + 3] = 200
    after[0] = 2  # noise
    moved = motion_map(Samples(pixels=before + bytes(after)))
    assert [index for index, value in enumerate(moved) if value] == [5 * SAMPLE_WIDTH + 3]
    assert len(moved) == SAMPLE_WIDTH * SAMPLE_HEIGHT
