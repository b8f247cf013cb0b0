"""The user's words for encoder settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Quality:
    """One word and what it means to x264 and to the AAC encoder."""

    name: str
    summary: str
    crf: float
    preset: str
    audio_kbps: int


QUALITIES: Mapping[str, Quality] = MappingProxyType(
    {
        quality.name: quality
        for quality in (
            Quality(
                name="high",
                summary="High: the best picture, larger files",
                crf=18,
                preset="slow",
                audio_kbps=192,
            ),
            Quality(
                name="medium",
                summary="Medium: good, about half the size",
                crf=23,
                preset="slow",
                audio_kbps=128,
            ),
        )
    }
)
