"""The user's words for encoder settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: Where bars or a blur surround the picture, its own quality counts alone: with a tall frame all but empty,
#: so much more CRF gives what a full one has.
EMPTINESS = 1.6
#: Where the picture covers less than this part of the frame, the frame counts as mostly empty.
MOSTLY_EMPTY = 0.5


@dataclass(frozen=True, kw_only=True)
class Quality:
    """One word and what it means to the encoders. No short of it exceeds `limit_mb`."""

    name: str
    summary: str
    crf: float
    preset: str
    x264: str
    #: frames that x264 looks ahead: in full ones, and in those that are mostly empty
    lookahead: tuple[int, int]
    #: ffmpeg's name of how pictures are scaled; empty: as the strategy likes it
    scaler: str
    audio_kbps: int
    limit_mb: float

    def crf_for(self, share: float) -> float:
        """The CRF of a frame of which the picture itself covers this part, 0 to 1."""
        return round(self.crf + EMPTINESS * (1 - share), 2)

    def x264_for(self, share: float) -> str:
        """The parameters of x264 for such a frame."""
        full, empty = self.lookahead
        return f"{self.x264}:rc-lookahead={empty if share < MOSTLY_EMPTY else full}"


#: Chosen by measurement: the cheapest search, with the decisions that pay for themselves. Macroblock tree and
#: trellis are worth their time. Variance is evened out within each frame (aq-mode 2): the other mode gives
#: bits to flat skies that are missed in everything else. docs/performance.md has the figures.
_MEASURED = "aq-mode=2:aq-strength=0.7:psy-rd=1.0,0.2:trellis=1:mbtree=1:deblock=-1,-1"

_KINDS = (
    Quality(
        name="high",
        summary="High: the best picture, at most 60 MB",
        crf=19,
        preset="superfast",
        x264=_MEASURED,
        # of a short that may take many bits anyway, a letterbox is smaller at the same score with less of it
        lookahead=(20, 10),
        scaler="",
        audio_kbps=192,
        limit_mb=60,
    ),
    Quality(
        name="medium",
        summary="Medium: a good picture, at most 30 MB",
        crf=23.1,
        preset="superfast",
        x264=_MEASURED,
        lookahead=(20, 20),
        scaler="",
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
        lookahead=(0, 0),
        scaler="bilinear",
        audio_kbps=96,
        limit_mb=30,
    ),
)

QUALITIES: Mapping[str, Quality] = MappingProxyType({quality.name: quality for quality in _KINDS})
