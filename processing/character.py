"""What a scene is like: facts measured in it, and the title that they make."""

import math
from collections.abc import Sequence
from statistics import fmean

from processing.analysis import SAMPLE_RATE, STILL_EVERY_S, Analysis
from processing.scenes import Interval
from processing.shots import BLACK_LEVEL, Boundary, Transition
from processing.soundtrack import integrated, stretch
from processing.timecode import format_timecode
from storage.intake_models import SceneFacts

#: Words are used from these on: cuts a minute, motion (0 to 100), and LU above or below the whole video.
FAST_CUTS, LIVELY, STILL, LOUDER_LU = 20.0, 4.0, 0.3, 4.0
#: A still counts for less when its picture moves, and for nothing so near to a boundary.
NEAR_BOUNDARY_S = 0.5


def characterise(seen: Analysis, scene: Interval, boundaries: Sequence[Boundary]) -> SceneFacts:
    """Measure one scene of the video."""
    first, last = int(scene.start_s * SAMPLE_RATE), math.ceil(scene.end_s * SAMPLE_RATE)
    inside = [boundary for boundary in boundaries if scene.start_s < boundary.at_s < scene.end_s]
    indices = range(first, max(first + 1, last))
    loudness = integrated(stretch(seen.loudness, scene.start_s, scene.end_s))
    return SceneFacts(
        cuts_per_minute=round(60 * len(inside) / (scene.end_s - scene.start_s), 1),
        motion=round(fmean(seen.samples.motion[first + 1 : last] or [0.0]), 2),
        loudness_lufs=None if math.isinf(loudness) else round(loudness, 1),
        black_share=round(fmean(max(seen.samples[index]) <= BLACK_LEVEL for index in indices), 3),
        still_s=_best_still(seen, scene, boundaries),
    )


def title(scene: Interval, character: SceneFacts, *, whole_lufs: float) -> str:
    """One line of times and facts, such as `0:41-1:22, fast cuts, lively, loud`."""
    times = f"{format_timecode(round(scene.start_s))}-{format_timecode(round(scene.end_s))}"
    return ", ".join([times, *_words(character, whole_lufs)])


def _words(character: SceneFacts, whole_lufs: float) -> list[str]:
    words = []
    if character.cuts_per_minute >= FAST_CUTS:
        words.append("fast cuts")
    elif character.cuts_per_minute == 0:
        words.append("one shot")
    if character.motion >= LIVELY:
        words.append("lively")
    elif character.motion <= STILL:
        words.append("still")
    if character.loudness_lufs is None:
        words.append("silent")
    elif abs(character.loudness_lufs - whole_lufs) >= LOUDER_LU:
        words.append("loud" if character.loudness_lufs > whole_lufs else "quiet")
    return words


def _best_still(seen: Analysis, scene: Interval, boundaries: Sequence[Boundary]) -> float:
    """The still with the most to see: a black or blurred picture makes a small file, a sharp one a large."""

    def worth(index: int) -> float:
        at_s = index * STILL_EVERY_S
        if any(_is_near(boundary, at_s) for boundary in boundaries):
            return 0.0
        return seen.still_sizes[index] / (1 + seen.samples.motion[_sample(seen, at_s)])

    first = math.ceil((scene.start_s + NEAR_BOUNDARY_S) / STILL_EVERY_S)
    last = min(math.ceil(scene.end_s / STILL_EVERY_S), len(seen.still_sizes))
    if first >= last:
        return round((scene.start_s + scene.end_s) / 2, 3)
    return float(max(range(first, last), key=worth) * STILL_EVERY_S)


def _sample(seen: Analysis, at_s: float) -> int:
    return min(int(at_s * SAMPLE_RATE), len(seen.samples) - 1)


def _is_near(boundary: Boundary, at_s: float) -> bool:
    if boundary.transition is Transition.CUT:
        return False
    return boundary.end_s - NEAR_BOUNDARY_S <= at_s <= boundary.start_s + NEAR_BOUNDARY_S
