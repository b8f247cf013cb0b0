"""Shows the whole picture between black bars."""

from fractions import Fraction

from processing.strategies.base import HEIGHT, WIDTH, Picture, Scale, Strategy, Stream, fitted, fitted_share


class Letterbox(Strategy):
    """The whole picture, as large as it fits."""

    name = "letterbox"
    summary = "Letterbox: the whole picture, with black bars"

    def share(self, picture: Picture) -> Fraction:
        """Bars cost nothing."""
        return fitted_share(picture)

    def fill(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """Scale, then pad."""
        width, height = fitted(picture)
        left, top = (WIDTH - width) // 4 * 2, (HEIGHT - height) // 4 * 2
        return scale(stream, width, height).filter("pad", WIDTH, HEIGHT, left, top, "black")


STRATEGY = Letterbox()
