"""The user's words for encoder settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from processing.scaling import Kernel

#: Where a blur surrounds the picture, or bars stand at its sides, its own quality counts alone: with a frame
#: all but empty, so much more CRF gives what a full one has.
EMPTINESS = 1.6
#: Where the picture covers less than this part of the frame, the frame counts as mostly empty.
MOSTLY_EMPTY = 0.5


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """What x264 is told of one kind of picture."""

    crf: float
    #: its own parameters, in its own syntax
    x264: str


@dataclass(frozen=True, kw_only=True)
class Quality:
    """One word and what it means to the encoders. No short of it exceeds `limit_mb`."""

    name: str
    summary: str
    preset: str
    #: of whole frames
    frame: Tuning
    #: of a picture whose bars are not encoded
    band: Tuning
    #: frames that x264 looks ahead: in full ones, and in those that are mostly empty
    lookahead: tuple[int, int]
    #: how pictures are scaled; None: as the strategy likes it
    kernel: Kernel | None
    audio_kbps: int
    limit_mb: float

    def tuning(self, *, share: float, is_band: bool) -> Tuning:
        """That of a frame of which the picture itself covers this part, 0 to 1, or of its band alone."""
        if is_band:
            return self.band
        full, empty = self.lookahead
        return Tuning(
            crf=round(self.frame.crf + EMPTINESS * (1 - share), 2),
            x264=f"{self.frame.x264}:rc-lookahead={empty if share < MOSTLY_EMPTY else full}",
        )


#: Chosen by measurement: the cheapest search, with the decisions that pay for themselves. Macroblock tree and
#: trellis are worth their time. Variance is evened out within each frame (aq-mode 2): the other mode gives
#: bits to flat skies that are missed in everything else. docs/performance.md has the figures.
_FRAME = "aq-mode=2:aq-strength=0.7:psy-rd=1.0,0.2:trellis=1:mbtree=1:deblock=-1,-1"
#: A picture made smaller to fit has more detail to follow: motion of smaller parts pays for itself there, and
#: the smallest ones within a frame do not; nor do weights of pairs.
_BAND = f"{_FRAME}:rc-lookahead=20:partitions=p8x8,i8x8:weightb=0"

_KINDS = (
    Quality(
        name="high",
        summary="High: the best picture, at most 60 MB",
        preset="superfast",
        frame=Tuning(crf=19, x264=_FRAME),
        band=Tuning(crf=19.6, x264=_BAND),
        # of a short that may take many bits, an empty frame is smaller at the same score with less of it
        lookahead=(20, 10),
        kernel=None,
        audio_kbps=192,
        limit_mb=60,
    ),
    Quality(
        name="medium",
        summary="Medium: a good picture, at most 30 MB",
        preset="superfast",
        frame=Tuning(crf=23, x264=_FRAME),
        band=Tuning(crf=23, x264=_BAND),
        lookahead=(20, 20),
        kernel=None,
        audio_kbps=128,
        limit_mb=30,
    ),
    Quality(
        name="draft",
        summary="Draft: a quick look, at most 30 MB",
        preset="ultrafast",
        # 8x8 blocks are what makes it High profile
        frame=Tuning(crf=27, x264="8x8dct=1"),
        # bars are written for CABAC
        band=Tuning(crf=27, x264="8x8dct=1:cabac=1:rc-lookahead=0"),
        lookahead=(0, 0),
        kernel=Kernel.BILINEAR,
        audio_kbps=96,
        limit_mb=30,
    ),
)

QUALITIES: Mapping[str, Quality] = MappingProxyType({quality.name: quality for quality in _KINDS})
