"""What can be told from a video's momentary loudness: how loud a part of it is, and where it is silent."""

import math
from collections.abc import Sequence
from itertools import groupby

from processing.analysis import LOUDNESS_RATE

#: EBU R128's gates: quieter blocks do not count, in LUFS and in LU below the mean of the rest.
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0
#: So far below the loudness of the whole, nobody is talking; below the other, there is nothing at all.
SILENCE_BELOW_LU, SILENCE_LUFS = 18.0, -55.0
SHORTEST_SILENCE_S = 0.2
#: Those that a scene of 3 s has at least; in fewer, one more or less is heard.
FEWEST_BLOCKS = 26
#: A momentary value tells of the 0.4 s that end with its own 0.1 s, and is quiet when all of them are.
MEMORY_S = 0.3


def integrated(loudness: Sequence[float]) -> float:
    """The loudness of a stretch by EBU R128, in LUFS; -inf for silence."""
    heard = [value for value in loudness if value > ABSOLUTE_GATE]
    gate = _mean(heard) + RELATIVE_GATE
    return _mean([value for value in heard if value > gate])


def of_scene(loudness: Sequence[float], start_s: float, end_s: float) -> float | None:
    """The loudness of a scene by what was heard of the whole video; None: too little to be sure.

    Only blocks that lie inside count: a scene has no memory of what was before it.
    """
    first, last = (round(moment_s * LOUDNESS_RATE, 3) for moment_s in (start_s + MEMORY_S, end_s))
    blocks = loudness[math.ceil(first) : math.floor(last)]
    return integrated(blocks) if len(blocks) >= FEWEST_BLOCKS else None


def stretch(loudness: Sequence[float], start_s: float, end_s: float) -> Sequence[float]:
    """The values of `[start_s, end_s)`."""
    return loudness[round(start_s * LOUDNESS_RATE) : round(end_s * LOUDNESS_RATE)]


def silences(loudness: Sequence[float]) -> list[tuple[float, float]]:
    """The silent intervals behind the first sound, in seconds and in order of time."""
    limit = max(SILENCE_LUFS, integrated(loudness) - SILENCE_BELOW_LU)
    found: list[tuple[float, float]] = []
    for is_silent, run in groupby(range(len(loudness)), key=lambda index: loudness[index] < limit):
        indices = list(run)
        # the values before the first whole window are silent whatever is heard
        if is_silent and indices[0] > 0 and len(indices) >= SHORTEST_SILENCE_S * LOUDNESS_RATE:
            begin_s, end_s = indices[0] / LOUDNESS_RATE - MEMORY_S, (indices[-1] + 1) / LOUDNESS_RATE
            found.append((max(begin_s, found[-1][1] if found else 0.0), end_s))
    return found


def _mean(values: Sequence[float]) -> float:
    if not values:
        return -math.inf
    return 10 * math.log10(sum(10 ** (value / 10) for value in values) / len(values))
