"""The user's words for encoder settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

#: Where bars or a blur surround the picture, its own quality counts alone: with a tall frame all but empty,
#: so much more CRF gives what a full one has.
EMPTINESS = 1.6


@dataclass(frozen=True, kw_only=True)
class Quality:
    """One word and what it means to the encoders. No short of it exceeds `limit_mb`."""

    name: str
    summary: str
    crf: float
    preset: str
    x264: str
    scaler: str
    audio_kbps: int
    limit_mb: float

    def crf_for(self, share: Fraction) -> float:
        """The CRF of a frame of which the picture itself covers this part, 0 to 1."""
        return round(self.crf + EMPTINESS * float(1 - share), 2)


#: Chosen by measurement: the cheapest search, with the decisions that pay for themselves. Macroblock tree and
#: trellis are worth their time. Variance is evened out within each frame (aq-mode 2): the other mode gives
#: bits to flat skies that are missed in everything else. docs/performance.md has the figures.
_MEASURED = "aq-mode=2:aq-strength=0.7:psy-rd=1.0,0.2:trellis=1:mbtree=1:rc-lookahead=20:deblock=-1,-1"

_KINDS = (
    Quality(
        name="high",
        summary="High: the best picture, at most 60 MB",
        crf=19,
        preset="superfast",
        x264=_MEASURED,
        scaler="lanczos",
        audio_kbps=192,
        limit_mb=60,
    ),
    Quality(
        name="medium",
        summary="Medium: a good picture, at most 30 MB",
        crf=23.1,
        preset="superfast",
        x264=_MEASURED,
        scaler="lanczos",
        audio_kbps=128,
        limit_mb=30,
    ),
    Quality(
        name="draft",
        summary="Draft: a quick look, at most 30 MB",
        crf=27,
        preset="ultrafast",
        # 8x8 blocks are what makes it High profile
        x264="8x8dct=1",
        scaler="bilinear",
        audio_kbps=96,
        limit_mb=30,
    ),
)

QUALITIES: Mapping[str, Quality] = MappingProxyType({quality.name: quality for quality in _KINDS})
