"""The user's words for encoder settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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


#: Chosen by measurement: a cheap search, but with the decisions that pay for themselves (macroblock tree,
#: trellis). docs/performance.md has the figures, and names the clips that one CRF does not fit.
_MEASURED = "deblock=-1,-1:psy-rd=1.0,0.15:aq-strength=0.8:mbtree=1:rc-lookahead=20:trellis=1"
#: With fewer bits a finer search pays, too.
_FINER = f"{_MEASURED}:subme=4:me=hex"

_KINDS = (
    Quality(
        name="high",
        summary="High: the best picture, at most 60 MB",
        crf=18.6,
        preset="superfast",
        x264=_MEASURED,
        scaler="lanczos",
        audio_kbps=192,
        limit_mb=60,
    ),
    Quality(
        name="medium",
        summary="Medium: a good picture, at most 30 MB",
        crf=23.5,
        preset="superfast",
        x264=_FINER,
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
