"""What every strategy has: a name, a summary, and a way to fill the tall frame."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from processing.scaling import Kernel

#: The frame of every short, in square pixels.
WIDTH, HEIGHT = 1080, 1920
ASPECT = Fraction(WIDTH, HEIGHT)

#: A node of ffmpeg-python's graph, which has no types of its own.
Stream = Any
#: Scales a stream to a width and a height. What else it does on the way (colours) is the plan's affair.
Scale = Callable[[Stream, int, int], Stream]


@dataclass(frozen=True, kw_only=True)
class Band:
    """The rows of the frame that are not black all along, in pixels, as whole macroblocks of H.264."""

    top: int
    height: int


#: All of the frame.
WHOLE = Band(top=0, height=HEIGHT)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture, upright, with the shape of its pixels."""

    width: int
    height: int
    sar: Fraction = Fraction(1)

    @property
    def aspect(self) -> Fraction:
        """Width over height, as displayed."""
        return self.width * self.sar / self.height


class Strategy(ABC):
    """How a picture of any shape fills the frame."""

    name: ClassVar[str]
    summary: ClassVar[str]
    #: whether `focus` can make a difference
    has_focus: ClassVar[bool] = False
    #: how pictures are scaled, where the quality has no wish of its own. Most of them have to become smaller
    #: to fit, where a softer kernel looks the same as the sharper one of a crop
    kernel: ClassVar[Kernel] = Kernel.BICUBIC

    def settled(self, picture: Picture, known: "Mapping[str, Strategy]") -> "tuple[Strategy, str]":
        """The strategy that does the work on this picture, and why when it is another one."""
        return self, ""

    def share(self, picture: Picture) -> Fraction:
        """The part of the frame that the picture itself covers; what else is there costs next to nothing."""
        return Fraction(1)

    def band(self, picture: Picture) -> Band:
        """The rows that `fill` makes. The others need not be encoded: black bars are put around what is."""
        return WHOLE

    @abstractmethod
    def fill(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """The stream with the filters that make its picture exactly `WIDTH` wide and as tall as its band."""

    def frame(self, stream: Stream, *, picture: Picture, focus: int, scale: Scale) -> Stream:
        """The same as a whole frame of `WIDTH` x `HEIGHT`."""
        filled = self.fill(stream, picture=picture, focus=focus, scale=scale)
        band = self.band(picture)
        return filled if band == WHOLE else filled.filter("pad", WIDTH, HEIGHT, 0, band.top, "black")


def even(value: float | Fraction) -> int:
    """The nearest even number, at least 2: chroma is stored for two pixels at a time."""
    return max(2, 2 * round(value / 2))


def cropped(stream: Stream, picture: Picture, *, focus: int = 50) -> Stream:
    """The largest 9:16 part of the picture, `focus` percent of the way from left to right."""
    if picture.aspect > ASPECT:
        width, height = even(picture.height * ASPECT / picture.sar), picture.height
    else:
        width, height = picture.width, even(picture.width * picture.sar / ASPECT)
    width, height = min(width, picture.width), min(height, picture.height)
    left = (picture.width - width) * focus // 100
    return stream.filter("crop", width, height, left - left % 2, (picture.height - height) // 4 * 2)


def kept(picture: Picture) -> Fraction:
    """How much of the picture is left when the frame is filled: 1 is all of it."""
    return min(picture.aspect, ASPECT) / max(picture.aspect, ASPECT)


def fitted_share(picture: Picture) -> Fraction:
    """The part of the frame that the whole picture covers when it just fits."""
    width, height = fitted(picture)
    return Fraction(width * height, WIDTH * HEIGHT)


def fitted(picture: Picture) -> tuple[int, int]:
    """Width and height of the whole picture when it just fits the frame."""
    if picture.aspect > ASPECT:
        return WIDTH, even(WIDTH / picture.aspect)
    return even(HEIGHT * picture.aspect), HEIGHT
