"""Black bars that a video carries: which of its dark edges are bars, and the video without them. Pure."""

from dataclasses import dataclass, replace

from processing.media import MediaInfo, Part
from processing.strategies.base import Picture, Stream
from storage.intake_models import Lit

#: A bar takes at least this part of the side that it lies along, and as much as its twin on the other end
#: to within this part. What else is dark at an edge is the night, a stage or a page.
THINNEST = 0.02
#: A tall picture between pillars fills 0.316 of a wide one; what leaves less of it was no bar.
SMALLEST = 0.3


@dataclass(frozen=True, kw_only=True)
class _Side:
    """What is left of one side of the picture."""

    begin: int
    length: int


def without_bars(media: MediaInfo, lit: Lit | None) -> MediaInfo:
    """The video as if it had no bars, where `lit` is all that is ever lit in it."""
    if lit is None:
        return media
    left, top, width, height = lit
    across = _inner(left, width, media.upright_width)
    down = _inner(top, height, media.upright_height)
    whole = media.upright_width * media.upright_height
    if not SMALLEST * whole <= across.length * down.length < whole:
        return media
    return replace(
        media,
        part=Part(
            left=across.begin,
            top=down.begin,
            width=across.length // 2 * 2,
            height=down.length // 2 * 2,
        ),
        width=round(media.width * across.length / media.upright_width),
        height=round(media.height * down.length / media.upright_height),
    )


def shown(media: MediaInfo) -> Picture:
    """What every strategy begins with: the upright picture, without its bars."""
    if media.part is None:
        return Picture(width=media.upright_width, height=media.upright_height, sar=media.sar)
    return Picture(width=media.part.width, height=media.part.height, sar=media.sar)


def cut_off(stream: Stream, part: Part | None) -> Stream:
    """The stream with that part of its upright picture alone."""
    if part is None:
        return stream
    return stream.filter("crop", part.width, part.height, part.left, part.top)


def _inner(begin: int, length: int, whole: int) -> _Side:
    """The side without its bars; all of it where it has none. It begins evenly, for chroma is halved."""
    bars = begin, whole - begin - length
    if min(bars) < THINNEST * whole or abs(bars[0] - bars[1]) > THINNEST * whole:
        return _Side(begin=0, length=whole)
    first, end = begin - begin % 2, begin + length
    return _Side(begin=first, length=min(end - first + end % 2, whole - first))
