"""Brings every decoded picture into the frame that its file told of: some files change it on the way.

A phone is turned, a caller's picture grows, a broadcast goes from film to adverts. ffmpeg would build its
filters anew for that, and their clocks would begin again; so it is told not to, and what has another size or
shape is made to fit before anything else happens. Pictures that are as they should be pass untouched.
"""

from typing import Any

from processing.scaling import Filter
from processing.strategies.base import Picture

#: To ffmpeg, before its input: a picture that changes is the filters' affair.
KEEP_FILTERS: dict[str, Any] = {"reinit_filter": 0}
#: Shapes this near are the same: what is computed of fractions is a little off.
SAME = 0.001


def steady(told: Picture) -> tuple[Filter, ...]:
    """The filters that turn whatever is decoded into pictures of that width, height and shape."""
    aspect = float(told.aspect)
    width = f"if(lt(dar,{aspect * (1 - SAME):.6f}),trunc({told.width}*dar/{aspect:.6f}/2)*2,{told.width})"
    height = f"if(gt(dar,{aspect * (1 + SAME):.6f}),trunc({told.height}*{aspect:.6f}/dar/2)*2,{told.height})"
    return (
        ("scale", {"w": width, "h": height, "eval": "frame"}),
        ("pad", {"w": told.width, "h": told.height, "x": -1, "y": -1, "eval": "frame"}),
    )
