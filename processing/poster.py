"""Finds the moment whose picture stands for a scene, where no close watch over the video has told one."""

import io
from dataclasses import dataclass

from PIL import Image

from processing.analysis import Samples
from processing.character import MELTING, melt
from processing.ffmpeg import Tools
from processing.media import MediaInfo
from processing.shots import BLACK_LEVEL
from processing.source import Source
from processing.stills import take
from processing.watching import SAMPLE_HEIGHT, SAMPLE_RATE, SAMPLE_WIDTH, STILL_WIDTH

#: A moment is judged by what is around it.
AROUND_S = 0.5
#: What melts less is clear enough; where it is not, these parts of the scene are looked at, too.
CLEAR, ELSEWHERE = 2.0, (0.5, 0.3, 0.7, 0.15, 0.85)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A moment, whether its picture is black, how much that melts, and how much there is to see in it."""

    at_s: float
    is_black: bool
    melting: float
    worth: float

    @property
    def is_clear(self) -> bool:
        """Whether no other need be looked for."""
        return not self.is_black and self.melting < CLEAR


async def poster_moment(
    source: Source, media: MediaInfo, *, start_s: float, end_s: float, near_s: float, tools: Tools
) -> float:
    """`near_s`, unless its picture is black or melts and another moment of the scene shows more.

    Raises what `processing.stills.take` raises.
    """
    first = await _look(source, media, near_s, tools)
    if first.is_clear:
        return near_s
    others = [start_s + part * (end_s - start_s) for part in ELSEWHERE]
    looks = [await _look(source, media, at_s, tools) for at_s in others]
    return max([first, *looks], key=lambda look: (look.is_clear, look.worth)).at_s


async def _look(source: Source, media: MediaInfo, at_s: float, tools: Tools) -> Look:
    begin_s = max(0.0, at_s - AROUND_S)
    pictures = await take(
        source,
        media,
        moments=[begin_s],
        width=STILL_WIDTH,
        tools=tools,
        pictures=round((at_s + AROUND_S - begin_s) * SAMPLE_RATE) + 1,
        rate=SAMPLE_RATE,
    )
    samples = Samples(pixels=b"".join(map(_sample, pictures)))
    index = min(round((at_s - begin_s) * SAMPLE_RATE), len(pictures) - 1)
    melting = melt(samples, index, MELTING)
    return Look(
        at_s=at_s,
        is_black=max(samples[index]) <= BLACK_LEVEL,
        melting=melting,
        worth=_detail(pictures[index]) / ((1 + samples.motion[index]) * (1 + melting)),
    )


def _sample(picture: Image.Image) -> bytes:
    size = SAMPLE_WIDTH, SAMPLE_HEIGHT
    return picture.convert("L").resize(size, Image.Resampling.BOX).tobytes()


def _detail(picture: Image.Image) -> int:
    """A black or blurred picture makes a small file, a sharp one a large."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=75)
    return file.tell()
