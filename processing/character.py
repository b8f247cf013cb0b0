"""What a scene is like: facts measured in it, and the title that they make."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from statistics import fmean

from processing.analysis import Analysis, Samples
from processing.scenes import Interval
from processing.shots import BLACK_LEVEL, MIXTURE, Boundary, Transition, off_mixture
from processing.soundtrack import integrated, stretch
from processing.speech import share
from processing.timecode import format_timecode
from processing.watching import SAMPLE_RATE
from storage.intake_models import SceneFacts

#: Words are used from these on: cuts a minute, motion (0 to 100), and LU above or below the whole video.
FAST_CUTS, LIVELY, STILL, LOUDER_LU = 20.0, 4.0, 0.3, 4.0
#: So much of a scene is talk, or black, that its title says so.
MOSTLY, MUCH_BLACK = 0.6, 0.2
#: A still counts for less when its picture moves or melts, and for nothing so near to a boundary.
NEAR_BOUNDARY_S = 0.5
#: What melts is a mixture of the samples so far before and behind it; key frames have but their neighbours.
MELTING, MELTING_KEYS = (3, 5), (1,)
#: What melts less, from one end to the other, is light that changes or something that moves slowly.
STEADY = 1.0


def characterise(seen: Analysis, scene: Interval, boundaries: Sequence[Boundary]) -> SceneFacts:
    """Measure one scene of the video."""
    indices = seen.samples_within(scene.start_s, scene.end_s)
    inside = [boundary for boundary in boundaries if scene.start_s < boundary.at_s < scene.end_s]
    loudness = integrated(stretch(seen.loudness, scene.start_s, scene.end_s))
    cuts_per_minute = round(60 * len(inside) / (scene.end_s - scene.start_s), 1)
    return SceneFacts(
        cuts_per_minute=None if seen.keys_only else cuts_per_minute,
        motion=None if seen.keys_only else _motion(seen, indices),
        loudness_lufs=None if math.isinf(loudness) else round(loudness, 1),
        black_share=None if seen.keys_only else _black_share(seen, indices),
        still_s=_best_still(seen, scene, boundaries),
        speech_share=None
        if seen.speech is None
        else round(share(seen.speech, scene.start_s, scene.end_s), 2),
    )


def _black_share(seen: Analysis, indices: range) -> float:
    return round(fmean(max(seen.samples[index]) <= BLACK_LEVEL for index in indices), 3)


def _motion(seen: Analysis, indices: range) -> float:
    return round(fmean(seen.samples.motion[indices.start + 1 : indices.stop] or [0.0]), 2)


def title(scene: Interval, character: SceneFacts, *, whole_lufs: float) -> str:
    """One line of times and facts, such as `0:41-1:22, fast cuts, lively, loud`."""
    times = f"{format_timecode(round(scene.start_s))}-{format_timecode(round(scene.end_s))}"
    return ", ".join([times, *_words(character, whole_lufs)])


def _words(character: SceneFacts, whole_lufs: float) -> list[str]:
    words = []
    if character.cuts_per_minute is not None:
        words += _word(character.cuts_per_minute, least=0, low="one shot", high="fast cuts", most=FAST_CUTS)
    if character.motion is not None:
        words += _word(character.motion, least=STILL, low="still", high="lively", most=LIVELY)
    if character.speech_share is not None and character.speech_share >= MOSTLY:
        words.append("mostly talk")
    if character.black_share is not None and character.black_share >= MUCH_BLACK:
        words.append("mostly black" if character.black_share >= MOSTLY else "much black")
    if character.loudness_lufs is None:
        words.append("silent")
    elif abs(character.loudness_lufs - whole_lufs) >= LOUDER_LU:
        words.append("loud" if character.loudness_lufs > whole_lufs else "quiet")
    return words


def _word(value: float, *, least: float, low: str, high: str, most: float) -> list[str]:
    return [high] if value >= most else [low] if value <= least else []


def _best_still(seen: Analysis, scene: Interval, boundaries: Sequence[Boundary]) -> float:
    """The still with the most to see: a black or blurred picture makes a small file, a sharp one a large."""

    def worth(index: int) -> float:
        at_s = seen.still_times[index]
        if any(_is_near(boundary, at_s) for boundary in boundaries):
            return 0.0
        sample = index if seen.keys_only else _sample(seen, at_s)
        motion = 0.0 if seen.keys_only else seen.samples.motion[sample]
        melting = melt(seen.samples, sample, MELTING_KEYS if seen.keys_only else MELTING)
        return seen.still_sizes[index] / ((1 + motion) * (1 + melting))

    first = bisect_left(seen.still_times, scene.start_s + NEAR_BOUNDARY_S)
    last = bisect_left(seen.still_times, scene.end_s)
    if first >= last:
        return round((scene.start_s + scene.end_s) / 2, 3)
    return round(seen.still_times[max(range(first, last), key=worth)], 3)


def melt(samples: Samples, index: int, steps: Sequence[int]) -> float:
    """How much a picture melts, 0 to 100, be it a fade or a dissolve: it is a mixture of those around it.

    Two pictures in one make a large file, and where that takes seconds it is no boundary.
    """

    def melted(step: int) -> float:
        before, after = index - step, index + step
        change = samples.difference(before, after)
        if before < 0 or after >= len(samples) or not change:
            return 0.0
        off = off_mixture(samples[index], samples[before], samples[after], 0.5)
        return max(0.0, change - off / MIXTURE - STEADY)

    return max(map(melted, steps))


def _sample(seen: Analysis, at_s: float) -> int:
    return min(int(at_s * SAMPLE_RATE), len(seen.samples) - 1)


def _is_near(boundary: Boundary, at_s: float) -> bool:
    if boundary.transition is Transition.CUT:
        return False
    return boundary.end_s - NEAR_BOUNDARY_S <= at_s <= boundary.start_s + NEAR_BOUNDARY_S
