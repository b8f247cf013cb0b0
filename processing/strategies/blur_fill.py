"""Shows the whole picture over a blurred copy of itself."""

from fractions import Fraction

from processing.strategies.base import (
    HEIGHT,
    WIDTH,
    Picture,
    Scale,
    Strategy,
    Stream,
    cropped,
    fitted,
    fitted_share,
)

#: The blur is made this much smaller than the frame, where it costs next to nothing.
SMALLER = 12


class BlurFill(Strategy):
    """The whole picture, as large as it fits; what is left is filled with its own blur."""

    name = "blur_fill"
    summary = "Blur: the whole picture over its own blurred background"

    def share(self, picture: Picture) -> Fraction:
        """A blur has no detail to spend bits on."""
        return fitted_share(picture)

    def fill(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """Split; blur one copy, small; lay the other over it."""
        width, height = fitted(picture)
        copies = stream.filter_multi_output("split")
        ground = scale(cropped(copies[0], picture), WIDTH // SMALLER, HEIGHT // SMALLER)
        ground = ground.filter("gblur", sigma=4).filter("scale", WIDTH, HEIGHT, flags="bilinear")
        left, top = (WIDTH - width) // 4 * 2, (HEIGHT - height) // 4 * 2
        return ground.overlay(scale(copies[1], width, height), x=left, y=top, format="auto")


STRATEGY = BlurFill()
