"""What a strategy shows of a picture, measured by sending a ruler through it. Pure, and true of any strategy.

The ruler is a picture whose red tells how far from the left a point is, and whose green how far from the top.
Whatever a strategy does with it, the least and the greatest red and green that come out are the edges of what
is still to be seen; where there is no blue, there is none of the picture at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processing.analysis import Samples
from processing.watching import SAMPLE_HEIGHT, SAMPLE_WIDTH

#: Red and green begin here, so that black and the edges of filters are told from the ruler.
FIRST, LAST = 55, 255
#: A strategy's scaling shaves so much off the ruler's ends.
EDGE = 0.025
#: Less than this much change, of 255, is noise and no motion.
NOISE = 4


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which part of the picture is shown, each edge 0 to 1, and how much of the screen is filled with it."""

    left: float
    top: float
    right: float
    bottom: float
    filled: float

    @property
    def area(self) -> float:
        """The part of the picture that is shown."""
        return (self.right - self.left) * (self.bottom - self.top)


def ruler(width: int, height: int) -> bytes:
    """The ruler in RGB, row by row."""
    across = [FIRST + round((LAST - FIRST) * column / (width - 1)) for column in range(width)]
    rows = (FIRST + round((LAST - FIRST) * row / (height - 1)) for row in range(height))
    return b"".join(bytes(value for red in across for value in (red, green, 255)) for green in rows)


def read_ruler(pixels: bytes) -> Window:
    """The window through which a strategy has shown the ruler."""
    shown = [index for index in range(0, len(pixels), 3) if pixels[index + 2] > 127]
    if not shown:
        return Window(left=0.0, top=0.0, right=0.0, bottom=0.0, filled=0.0)
    reds, greens = [pixels[index] for index in shown], [pixels[index + 1] for index in shown]
    return Window(
        left=_place(min(reds)),
        top=_place(min(greens)),
        right=_place(max(reds)),
        bottom=_place(max(greens)),
        filled=3 * len(shown) / len(pixels),
    )


def motion_map(samples: Samples) -> list[int]:
    """How much moves in each place of a sample, over all of the samples."""
    moved = [0] * (SAMPLE_WIDTH * SAMPLE_HEIGHT)
    for index in range(1, len(samples)):
        changes = map(
            abs, (one - other for one, other in zip(samples[index], samples[index - 1], strict=True))
        )
        moved = [
            sum_ + (change if change > NOISE else 0) for sum_, change in zip(moved, changes, strict=True)
        ]
    return moved


def lost_share(motion: Sequence[int], window: Window) -> float:
    """The part of the motion that happens outside of the window; where nothing moves, of the picture."""
    whole = sum(motion)
    if whole == 0:
        return 1 - window.area
    columns = [_overlap(column, SAMPLE_WIDTH, window.left, window.right) for column in range(SAMPLE_WIDTH)]
    rows = [_overlap(row, SAMPLE_HEIGHT, window.top, window.bottom) for row in range(SAMPLE_HEIGHT)]
    kept = sum(
        moved * columns[index % SAMPLE_WIDTH] * rows[index // SAMPLE_WIDTH]
        for index, moved in enumerate(motion)
    )
    return max(0.0, 1 - kept / whole)


def _place(value: int) -> float:
    place = (value - FIRST) / (LAST - FIRST)
    return 0.0 if place < EDGE else 1.0 if place > 1 - EDGE else place


def _overlap(cell: int, cells: int, begin: float, end: float) -> float:
    """The part of a cell that lies between two edges."""
    return min(1.0, max(0.0, min(end * cells, cell + 1) - max(begin * cells, cell)))
