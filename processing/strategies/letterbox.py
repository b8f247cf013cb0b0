"""Shows the whole picture between black bars."""

from fractions import Fraction

from processing.h264 import MACROBLOCK
from processing.strategies.base import (
    HEIGHT,
    WHOLE,
    WIDTH,
    Band,
    Picture,
    Scale,
    Strategy,
    Stream,
    fitted,
    fitted_share,
)


class Letterbox(Strategy):
    """The whole picture, as large as it fits."""

    name = "letterbox"
    summary = "Letterbox: the whole picture, with black bars"

    def share(self, picture: Picture) -> Fraction:
        """Bars cost nothing."""
        return fitted_share(picture)

    def band(self, picture: Picture) -> Band:
        """The picture with a black margin of a macroblock or more, where bars of that are left beyond."""
        _, height = fitted(picture)
        top = _top(height)
        first = top // MACROBLOCK * MACROBLOCK - MACROBLOCK
        end = -(-(top + height) // MACROBLOCK) * MACROBLOCK + MACROBLOCK
        if first < MACROBLOCK or end > HEIGHT - MACROBLOCK:
            return WHOLE
        return Band(top=first, height=end - first)

    def fill(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """Scale, then pad."""
        width, height = fitted(picture)
        band = self.band(picture)
        left, top = (WIDTH - width) // 4 * 2, _top(height) - band.top
        return scale(stream, width, height).filter("pad", WIDTH, band.height, left, top, "black")


def _top(height: int) -> int:
    """Where a picture of that height begins, evenly: chroma is halved."""
    return (HEIGHT - height) // 4 * 2


STRATEGY = Letterbox()
