"""Picks the strategy that loses least, by the shape of the picture."""

from collections.abc import Mapping

from processing.strategies.base import Picture, Scale, Strategy, Stream, kept

#: A crop that keeps this much of the picture is worth the full screen.
ENOUGH = 0.6


class Auto(Strategy):
    """Crops what is nearly tall already, and shows everything else whole."""

    name = "auto"
    summary = "Auto: crops when little is lost, else shows the whole picture"
    has_focus = True

    def settled(self, picture: Picture, known: Mapping[str, Strategy]) -> tuple[Strategy, str]:
        """The one that does the work, and what a crop would have cost."""
        share = float(kept(picture))
        if share >= ENOUGH:
            return known["center_crop"], f"center_crop was picked: it keeps {share:.0%} of the picture"
        return known["blur_fill"], f"blur_fill was picked: a crop would keep only {share:.0%} of the picture"

    def fill(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """Never asked: another one does the work."""
        raise NotImplementedError


STRATEGY = Auto()
