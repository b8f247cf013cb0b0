"""Keeps a short below its size: how fast bits may be spent, and when a second pass is worth it."""

import math
import re
from dataclasses import dataclass

from processing.quality import Quality

#: What a decoder of level 4.2 and High profile may be sent in a second, and what its buffer holds, in bits
#: (ITU-T H.264, table A-1 and 1.25 for High).
LEVEL_BPS, LEVEL_BUFFER_BITS = 62_500_000, 78_125_000
#: No short needs more bits a second.
FASTEST_BPS = 50_000_000
#: The encoder may save up bits for so many seconds.
WINDOW_S = 8.0
#: The same where a pass must fit at any price: nearly all that is left may then be spent, but evenly.
LAST_WINDOW_S = 2.0
#: A file of fewer bits a second holds nothing that one would look at.
LEAST_BPS = 200_000
#: Where the file must be small, its sound takes this part of it at most, but this many kbit/s at least.
SOUND_SHARE, SOUND_LEAST_KBPS = 0.2, 64
#: A frame takes so many bytes of the index, and so many at most for two bars, which `processing.h264` writes.
INDEX_BYTES, BARS_BYTES = 20, 80
#: x264 begins with this part of the window already saved.
HEAD_START = 0.9
#: Only noise fills a quality's whole limit within so few seconds, even where it covers the whole frame.
BUSIEST_S = 20.0
#: Below this rate most pictures want more than they get.
TIGHT_BPS = 2_000_000
#: A second pass aims this far below what is left, for x264 lands within a few percent.
AIM = 0.97
#: A file that takes this part of its budget has met its allowance.
FULL = 0.85
#: x264 saves bits as soon as what is saved up would fall to half of the window; left alone it is nearly full.
HELD_BACK = 0.6
#: Frames whose quantizer has been raised this far above the wanted quality are visibly starved.
STARVED_QP = 10.0


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How fast the picture may spend bits: a rate and how much may be saved up."""

    rate_bps: int
    buffer_bits: int
    #: whether it is so much that a picture can hardly need it
    is_ample: bool = False


def budget_bytes(quality: Quality, target_mb: float | None) -> int:
    """The bytes that the finished file must not exceed."""
    return round(min(quality.limit_mb, target_mb or quality.limit_mb) * 1_000_000)


def least_mb(duration_s: float) -> float:
    """The smallest size that may be asked for."""
    return LEAST_BPS * duration_s / 8e6


def audio_kbps(quality: Quality, budget: int, duration_s: float) -> int:
    """The rate of the sound: the quality's own, or less where it would starve the picture."""
    share_kbps = int(budget * 8 / duration_s * SOUND_SHARE / 1000)
    return min(quality.audio_kbps, max(SOUND_LEAST_KBPS, share_kbps))


def picture_bytes(budget: int, *, sound_bytes: int, frames: int, has_bars: bool) -> int:
    """What is left for what is encoded of the picture, after the sound, the index of the file, and bars."""
    of_frame = INDEX_BYTES + has_bars * BARS_BYTES
    return max(0, budget - sound_bytes - 16_000 - of_frame * frames)


def allowance(
    left_bytes: int, duration_s: float, *, ample_bps: float = math.inf, window_s: float = WINDOW_S
) -> Allowance:
    """The rate at which the whole cannot get larger than `left_bytes`, whatever the picture."""
    window_s = min(window_s, duration_s)
    rate = min(FASTEST_BPS, int(left_bytes * 8 / (duration_s + HEAD_START * window_s)))
    buffer_bits = min(LEVEL_BUFFER_BITS, int(rate * window_s))
    return Allowance(rate_bps=rate, buffer_bits=buffer_bits, is_ample=rate >= ample_bps)


def ample_bps(quality: Quality, *, share: float) -> float:
    """A rate that a picture on this part of the frame, 0 to 1, can hardly need.

    x264 is not told of an allowance like that, for watching its buffer costs it 4 % of its instructions.
    Should the file become too large all the same, a second pass sees to it.
    """
    return share * quality.limit_mb * 8e6 / BUSIEST_S


def is_tight(allowed: Allowance) -> bool:
    """Whether so little is allowed that a second pass is to be expected."""
    return allowed.rate_bps < TIGHT_BPS


def is_full(taken: int, budget: int) -> bool:
    """Whether the budget, not the quality, is likely to have decided the size."""
    return taken > FULL * budget


def second_pass(left_bytes: int, duration_s: float, *, is_last_resort: bool) -> tuple[int, Allowance]:
    """The mean rate that a second pass aims at, and an allowance that does not get in its way.

    It knows the whole scene and spreads the bits itself; the result is weighed all the same. As a last
    resort, with no file that fits should it miss, it is held to what fits.
    """
    mean_bps = int(left_bytes * 8 * AIM / duration_s)
    if is_last_resort:
        allowed = allowance(left_bytes, duration_s, window_s=LAST_WINDOW_S)
        return min(mean_bps, allowed.rate_bps), allowed
    rate = min(FASTEST_BPS, 3 * mean_bps)
    return mean_bps, Allowance(rate_bps=rate, buffer_bits=min(LEVEL_BUFFER_BITS, 2 * rate))


def is_held_back(statistics: str, allowed: Allowance, *, fps: float) -> bool:
    """Whether, by the bits that each frame took, the allowance kept x264 from the quality that was wanted."""
    return _least_saved(statistics, allowed, fps=fps) < HELD_BACK * allowed.buffer_bits


def is_within_level(statistics: str, *, fps: float) -> bool:
    """Whether, by the bits that each frame took, every decoder of the level can follow."""
    level = Allowance(rate_bps=LEVEL_BPS, buffer_bits=LEVEL_BUFFER_BITS)
    return _least_saved(statistics, level, fps=fps) >= 0


def _least_saved(statistics: str, allowed: Allowance, *, fps: float) -> float:
    """The lowest that the buffer of bits saved up has come to, by x264's own statistics of a pass."""
    saved = lowest = HEAD_START * allowed.buffer_bits
    for line in statistics.splitlines():
        taken = re.findall(r" (?:tex|mv|misc):(\d+)", line)
        if taken:
            saved -= sum(map(int, taken))
            lowest = min(lowest, saved)
            saved = min(allowed.buffer_bits, saved + allowed.rate_bps / fps)
    return lowest


def is_starved(statistics: str, *, crf: float) -> bool:
    """Whether, by x264's own statistics of a pass, the allowance cost some frames their quality."""
    quantizers = sorted(
        float(field[3:])
        for line in statistics.splitlines()
        if "type:B" not in line and "type:b" not in line
        for field in line.split()
        if field.startswith("aq:")
    )
    return bool(quantizers) and quantizers[int(len(quantizers) * 0.95)] > crf + STARVED_QP
