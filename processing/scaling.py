"""How pictures are scaled: by swscale, or by zimg where that makes the same in less time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: One filter of ffmpeg: its name and its options.
Filter = tuple[str, Mapping[str, Any]]


class Kernel(StrEnum):
    """What weighs the pixels around each new one."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


#: In colours swscale is as soft as it can be without its being seen: that is less work.
_SWSCALE = {Kernel.BILINEAR: "bilinear", Kernel.BICUBIC: "bicublin", Kernel.LANCZOS: "lanczos"}
#: The kernels that are better left to zimg. Its bicubic one is told to be that of swscale (B 0, C 0.6): its
#: own C of 0.5 is softer, which costs up to two thirds of a point of VMAF. With lanczos it is the coarser
#: rounding of swscale that is wanted, which swallows the faint rings around lettering: screens take a fifth
#: fewer bits.
_ZIMG: Mapping[Kernel, Mapping[str, Any]] = {
    Kernel.BICUBIC: {"filter": "bicubic", "param_a": 0, "param_b": 0.6}
}


@dataclass(frozen=True, kw_only=True)
class Scaler:
    """What becomes of the colours while a picture is scaled, in the words of either library."""

    swscale: Mapping[str, str]
    #: None where zimg cannot take the picture, or ffmpeg was built without it
    zimg: Mapping[str, str] | None = None

    def by(self, kernel: Kernel) -> Filter:
        """The filter, without a width and a height, its first two arguments."""
        if self.zimg is not None and kernel in _ZIMG:
            return "zscale", {**_ZIMG[kernel], **self.zimg}
        return "scale", {"flags": _SWSCALE[kernel], **self.swscale}
