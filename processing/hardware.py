"""The encoders of graphics cards, and how each is asked. Pure: nothing is run here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from processing.scaling import Filter
from processing.size import Allowance

#: Where Linux has its first graphics card.
CARD = "/dev/dri/renderD128"
#: Where a mean rate must be named beside the highest one: this part of it. The quality decides, below both.
MEAN = 0.75


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """One encoder. It holds a quality as long as the allowance lets it, in one pass."""

    #: ffmpeg's name of it
    name: str
    #: what it is told besides quality and rates
    options: Mapping[str, Any]
    #: the option that takes the quality, on a scale much like a CRF
    quality_option: str
    #: whether it wants to hear of a mean rate
    has_mean: bool
    #: before everything else, to open the card
    switches: tuple[str, ...] = ()
    #: from a picture in memory to one on the card
    upload: tuple[Filter, ...] = ()

    def encoder(self, *, crf: float, allowance: Allowance) -> dict[str, Any]:
        """The options of the output."""
        return {
            "c:v": self.name,
            "profile:v": "high",
            **self.options,
            self.quality_option: round(crf),
            "b:v": int(MEAN * allowance.rate_bps) if self.has_mean else 0,
            "maxrate:v": allowance.rate_bps,
            "bufsize:v": allowance.buffer_bits,
        }


_KINDS = (
    Hardware(
        name="h264_nvenc",
        options={"level:v": "4.2", "preset:v": "p5", "tune:v": "hq", "rc:v": "vbr", "spatial-aq:v": 1},
        quality_option="cq:v",
        has_mean=False,
    ),
    Hardware(
        name="h264_qsv",
        # a maximum that is not the mean, and a quality: it reads that as "quality decides" (QVBR)
        options={"level:v": 42, "preset:v": "slower"},
        quality_option="global_quality:v",
        has_mean=True,
    ),
    Hardware(
        name="h264_vaapi",
        options={"level:v": "4.2", "rc_mode:v": "QVBR"},
        quality_option="global_quality:v",
        has_mean=True,
        switches=("-vaapi_device", CARD),
        upload=(("format", {"pix_fmts": "nv12"}), ("hwupload", {})),
    ),
)

#: What encodes where nothing else is wanted; what tries one card after the other.
SOFTWARE, AUTO = "software", "auto"
#: ffmpeg's name -> encoder, the one to be tried first first.
HARDWARE: Mapping[str, Hardware] = MappingProxyType({kind.name: kind for kind in _KINDS})

#: What an operator may want.
ENCODERS = (SOFTWARE, AUTO, *HARDWARE)
