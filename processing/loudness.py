"""Decides how loud the sound becomes: -14 LUFS with peaks below -1 dBTP, its dynamics left alone."""

import math
import re
from dataclasses import dataclass

TARGET_LUFS = -14.0
TOLERANCE_LU = 0.5
PEAK_DBTP = -1.0
#: Quieter than this is silence, or noise that nobody should hear louder.
SILENCE_LUFS = -60.0
#: EBU R128 hears in blocks of 0.4 s, and nothing of what is shorter. This is one block, and a little.
SHORTEST_S = 0.5
#: The first limit leaves room for what AAC adds to peaks.
FIRST_LIMIT_DB = -2.0
MOST_TRIES = 3
#: A limiter eats loudness; this much more gain may make up for it before it eats the dynamics too.
MOST_MORE_DB = 3.0


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """What EBU R128 says of a sound."""

    integrated_lufs: float
    range_lu: float
    peak_dbtp: float

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear."""
        return self.integrated_lufs <= SILENCE_LUFS


@dataclass(frozen=True, kw_only=True)
class Leveling:
    """A static gain, and the level that a limiter holds peaks under."""

    gain_db: float
    limit_db: float


def read(said: str) -> Loudness:
    """The summary that the `ebur128` filter writes at its end."""
    summary = said[said.rfind("Summary:") :]
    return Loudness(
        integrated_lufs=_figure(summary, r"I:\s+(\S+) LUFS"),
        range_lu=_figure(summary, r"LRA:\s+(\S+) LU\b"),
        peak_dbtp=_figure(summary, r"Peak:\s+(\S+) dBFS"),
    )


def first_try(source_lufs: float) -> Leveling | None:
    """What brings a source to the target; None for silence, which stays as it is."""
    if source_lufs <= SILENCE_LUFS:
        return None
    return Leveling(gain_db=TARGET_LUFS - source_lufs, limit_db=FIRST_LIMIT_DB)


def next_try(first: Leveling, tried: Leveling, result: Loudness) -> Leveling | None:
    """What to try after `tried` gave `result`; None when that is good, or more would only distort."""
    missing, excess = TARGET_LUFS - result.integrated_lufs, result.peak_dbtp - PEAK_DBTP
    if abs(missing) <= TOLERANCE_LU - 0.1 and excess <= 0:
        return None
    following = Leveling(
        gain_db=min(tried.gain_db + missing, first.gain_db + MOST_MORE_DB),
        limit_db=tried.limit_db - (excess + 0.2 if excess > 0 else 0.0),
    )
    return following if following != tried else None


def confession(result: Loudness) -> str:
    """What to say when the target was not reached; empty when it was."""
    if result.is_silent or abs(result.integrated_lufs - TARGET_LUFS) <= TOLERANCE_LU:
        return ""
    return f"the sound is at {result.integrated_lufs:g} LUFS: making it louder would distort it"


def _figure(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    value = float(found[1]) if found else -math.inf
    return -math.inf if math.isnan(value) else value
