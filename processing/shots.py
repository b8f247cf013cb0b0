"""Decides where one shot ends and the next begins. Pure: it looks at what an `Analysis` has written down.

A cut is a frame that differs from the one before it far more than its neighbours do. What passes that test
and is none: a flash (the picture is the same before and after), and motion in jerks (the picture changes as
much beside the place as across it). A dissolve is a stretch whose pictures are mixtures of its first and its
last, in the share that their place has in it; pictures that move are no such mixtures. Black is a boundary
with all of its fade.
"""

import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from processing.analysis import SAMPLE_BYTES, Analysis, Samples
from processing.watching import SAMPLE_RATE


class Transition(enum.StrEnum):
    """How one shot becomes the next."""

    CUT = "cut"  #: between two frames
    DISSOLVE = "dissolve"  #: one picture melts into the other
    BLACK = "black"  #: through black


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """One shot ends at `end_s`, the next begins at `start_s`; what lies between belongs to neither."""

    transition: Transition
    end_s: float
    start_s: float

    @property
    def at_s(self) -> float:
        """The middle, which for a cut is the cut."""
        return (self.end_s + self.start_s) / 2


#: A frame's change must be this much in itself, and so many times that of this many frames on either side.
CUT_FLOOR, CUT_RATIO, CUT_NEIGHBOURS = 4.0, 1.7, 8
#: A frame that repeats the one before it says nothing about how much moves here.
REPEATED = 0.05
#: That ratio, times how often more the picture changes across the cut than beside it in as many samples.
EVIDENCE, ACROSS_RATIO, ACROSS_SAMPLES = 6.0, 1.3, 3
#: What differs less is the same picture, or one that stands still.
SAME = 0.3

#: Half the lengths of the dissolves that are looked for, in samples.
DISSOLVES = (8, 5, 3, 2)
DISSOLVE_FLOOR = 8.0
#: 0: the pictures in between are exactly the mixture; 1: they have nothing to do with it.
MIXTURE = 0.3

#: No part of a black picture is brighter than this, of 255.
BLACK_LEVEL = 40
#: A dip is as good as black: this part of the light within so many samples before and after it.
DIP, DIP_SAMPLES = 0.3, 3
#: The longest fade that is counted to its black, in samples.
FADE_SAMPLES = SAMPLE_RATE
#: In a fade, each sample is so many times as bright as the one nearer to black.
BRIGHTENING = 1.03


def find_boundaries(seen: Analysis) -> list[Boundary]:
    """Every boundary between two shots, in order of time; no two of them overlap."""
    found: list[Boundary] = list(_blacks(seen))
    for boundary in (*_cuts(seen), *_dissolves(seen.samples)):
        if all(_apart(boundary, other) for other in found):
            found.append(boundary)
    return sorted(found, key=lambda boundary: boundary.at_s)


def _apart(one: Boundary, other: Boundary) -> bool:
    # a sample's width between them: the edge of a black is seen no more exactly than that
    margin = 1 / SAMPLE_RATE
    return one.end_s > other.start_s + margin or one.start_s < other.end_s - margin


def _cuts(seen: Analysis) -> Iterator[Boundary]:
    for index, (at_s, change) in enumerate(zip(seen.frame_times, seen.frame_changes, strict=True)):
        if change >= CUT_FLOOR:
            ratio = change / max(SAME, _usual(seen.frame_changes, index))
            across = _across(seen.samples, at_s)
            if ratio >= CUT_RATIO and across >= ACROSS_RATIO and ratio * across >= EVIDENCE:
                yield Boundary(transition=Transition.CUT, end_s=at_s, start_s=at_s)


def _usual(changes: Sequence[float], index: int) -> float:
    """The mean change of the frames around that one."""
    before = changes[max(0, index - CUT_NEIGHBOURS) : index]
    moved = [
        change for change in (*before, *changes[index + 1 : index + 1 + CUT_NEIGHBOURS]) if change > REPEATED
    ]
    return sum(moved) / len(moved) if moved else 0.0


def _across(samples: Samples, at_s: float) -> float:
    """How many times more the picture changes across that moment than on the quieter side of it."""
    last = math.ceil(at_s * SAMPLE_RATE - 1e-6) - 1
    # twice, for either end of one of the two may lie in a flash
    across = min(
        samples.difference(last, last + ACROSS_SAMPLES),
        samples.difference(last + 1 - ACROSS_SAMPLES, last + 1),
    )
    before = samples.difference(last - ACROSS_SAMPLES, last)
    after = samples.difference(last + 1, last + 1 + ACROSS_SAMPLES)
    return across / max(SAME, min(before, after)) if across >= CUT_FLOOR / 2 else 0.0


def _dissolves(samples: Samples) -> Iterator[Boundary]:
    """Long ones first: the middle of a long one looks like a short one."""
    for half in DISSOLVES:
        changes = [samples.difference(index - half, index + half) for index in range(len(samples))]
        for index in range(half, len(samples) - half):
            if (
                changes[index] >= DISSOLVE_FLOOR
                and changes[index] == max(changes[index - half : index + half + 1])
                and _is_mixed(samples, index, half, MIXTURE * changes[index])
            ):
                yield Boundary(
                    transition=Transition.DISSOLVE,
                    end_s=(index - half) / SAMPLE_RATE,
                    start_s=(index + half) / SAMPLE_RATE,
                )


def _is_mixed(samples: Samples, middle: int, half: int, tolerance: float) -> bool:
    """Whether three pictures between both ends are no further than that from being their mixtures."""
    first, last = samples[middle - half], samples[middle + half]
    places = (middle, middle - half // 2, middle + half // 2)
    return all(
        off_mixture(samples[place], first, last, (place - middle + half) / (2 * half)) <= tolerance
        for place in places
    )


def off_mixture(between: bytes, first: bytes, last: bytes, share: float) -> float:
    """How far a picture is from being the mixture of two others with that share of the last, 0 to 100."""
    return sum(
        abs(seen - (1 - share) * one - share * other)
        for seen, one, other in zip(between, first, last, strict=True)
    ) / (2.55 * len(between))


def _blacks(seen: Analysis) -> Iterator[Boundary]:
    """Each stretch of black, with the fades into and out of it. At an end of the video it is one, too."""
    light = [sum(sample) / SAMPLE_BYTES for sample in seen.samples]
    dark = [max(sample) <= BLACK_LEVEL or _is_dip(light, index) for index, sample in enumerate(seen.samples)]
    for is_dark, stretch in groupby(range(len(dark)), key=dark.__getitem__):
        indices = list(stretch)
        if is_dark and len(indices) < len(dark):
            first, last = _faded(light, indices[0], -1), _faded(light, indices[-1], +1)
            yield Boundary(
                transition=Transition.BLACK,
                end_s=first / SAMPLE_RATE,
                start_s=seen.duration_s if last == len(dark) - 1 else last / SAMPLE_RATE,
            )


def _is_dip(light: Sequence[float], index: int) -> bool:
    before = light[max(0, index - DIP_SAMPLES) : index]
    after = light[index + 1 : index + 1 + DIP_SAMPLES]
    return bool(before and after) and _lit(light[index]) <= DIP * _lit(min(max(before), max(after)))


def _lit(level: float) -> float:
    """Light above black, which many videos write as 16."""
    return max(0.0, level - 16)


def _faded(light: Sequence[float], edge: int, step: int) -> int:
    """The sample where the light has come back, from the edge of a black in that direction."""
    for _ in range(FADE_SAMPLES):
        beyond = edge + step
        if not 0 <= beyond < len(light) or light[beyond] < light[edge] * BRIGHTENING + 1:
            break
        edge = beyond
    return edge
