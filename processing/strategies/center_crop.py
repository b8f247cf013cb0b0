"""Cuts the tall middle out of the picture."""

from processing.scaling import Kernel
from processing.strategies.base import HEIGHT, WIDTH, Picture, Scale, Strategy, Stream, cropped


class CenterCrop(Strategy):
    """The largest 9:16 part; `focus` moves it from left to right."""

    name = "center_crop"
    summary = "Crop: fills the screen, cuts off the sides"
    has_focus = True
    kernel = Kernel.LANCZOS

    def fill(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """Crop, then scale."""
        return scale(cropped(stream, picture, focus=focus), WIDTH, HEIGHT)


STRATEGY = CenterCrop()
