"""Merges shots into scenes that are worth exporting. Pure: it decides, by dynamic programming, where to part.

Every place where a scene may end is a candidate with a price: low where the maker of the video parted it
himself (black, or a picture that has nothing to do with what was before), high in the middle of a shot. What
a scene costs grows as its length leaves the target. The cheapest way through the candidates is the result.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from processing.analysis import Analysis, Samples
from processing.calling_off import still_wanted
from processing.shots import Boundary, Transition
from processing.soundtrack import silences
from processing.speech import Spoken
from processing.watching import SAMPLE_RATE


@dataclass(frozen=True, kw_only=True)
class SceneBounds:
    """How long a scene may be, and how long it had best be, in seconds."""

    shortest_s: float = 15.0
    target_s: float = 40.0
    longest_s: float = 180.0

    def __post_init__(self) -> None:
        if not 0 < self.shortest_s <= self.target_s <= self.longest_s:
            raise ValueError("the shortest, the best and the longest scene must be in that order")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A place where one scene may end, at `end_s`, and the next begin, at `start_s`."""

    end_s: float
    start_s: float
    price: float


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A scene as found: `[start_s, end_s)`."""

    start_s: float
    end_s: float


#: Each scene pays for both of its ends. The maker's own partition is worth more than nothing at all.
PRICE_BLACK = -0.1
#: A picture boundary costs this, less what is new behind it, less a bonus for parting no sound.
PRICE_BOUNDARY, WORTH_OF_NEW, WORTH_OF_SILENCE = 0.5, 0.35, 0.1
PRICE_SILENCE = 0.75
#: A hole between words; and what is added where somebody would be cut off in the middle of one.
PRICE_HOLE, PRICE_OF_A_WORD = 0.85, 0.6
#: A scene may end so much after a word, or begin so much before one; in a shorter hole, in its middle.
BREATH_S = 0.3
#: In the middle of a shot and of a sound: only where there is nothing else.
PRICE_ANYWHERE, ANYWHERE_EVERY_S = 1.5, 5.0
#: Per second that no scene holds.
PRICE_LEFT_OUT = 0.5

#: What is new is judged by so many seconds on either side, a sample every so often.
MEMORY_S, MEMORY_EVERY_S = 12, 2
#: Pictures that differ so much (0 to 100) have nothing in common.
NEW = 20.0


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A boundary between shots, and how new the picture behind it is, 0 to 1."""

    boundary: Boundary
    novelty: float


def candidates(seen: Analysis, boundaries: Sequence[Boundary]) -> list[Candidate]:
    """Every place where a scene of this video may end; each boundary between shots is one."""
    return places(
        [Mark(boundary=boundary, novelty=_novelty(seen.samples, boundary)) for boundary in boundaries], seen
    )


def places(marks: Sequence[Mark], seen: Analysis) -> list[Candidate]:
    """The marks, the silences and, where there is nothing else, any place, each with its price."""
    quiet, speech = silences(seen.loudness), seen.speech or ()
    found = [_at_boundary(mark, quiet) for mark in marks]
    found += _holes(speech)
    found += [
        Candidate(end_s=(begin + end) / 2, start_s=(begin + end) / 2, price=PRICE_SILENCE)
        for begin, end in quiet
    ]
    steps = range(1, math.ceil(seen.duration_s / ANYWHERE_EVERY_S))
    found += [
        Candidate(end_s=step * ANYWHERE_EVERY_S, start_s=step * ANYWHERE_EVERY_S, price=PRICE_ANYWHERE)
        for step in steps
    ]
    return _mindful_of_words(found, speech)


def _holes(speech: Sequence[Spoken]) -> Iterator[Candidate]:
    """Between words: in the middle of a short hole, at both ends of a long one."""
    for (_, begin_s), (end_s, _) in pairwise(speech):
        middle_s = (begin_s + end_s) / 2
        for at_s in {min(begin_s + BREATH_S, middle_s), max(end_s - BREATH_S, middle_s)}:
            yield Candidate(end_s=at_s, start_s=at_s, price=PRICE_HOLE)


def _mindful_of_words(found: Sequence[Candidate], speech: Sequence[Spoken]) -> list[Candidate]:
    """The candidates, dearer where one end would cut a word in two."""
    begins = [begin_s for begin_s, _ in speech]

    def inside(at_s: float) -> bool:
        last = bisect_left(begins, at_s) - 1
        return last >= 0 and at_s < speech[last][1]

    return [
        replace(place, price=place.price + PRICE_OF_A_WORD)
        if inside(place.end_s) or inside(place.start_s)
        else place
        for place in found
    ]


def merge(candidates: Sequence[Candidate], *, duration_s: float, bounds: SceneBounds) -> list[Interval]:
    """The cheapest scenes that part the video at some of the candidates.

    They are in order, disjoint, inside the video and within the bounds. A video shorter than the shortest
    scene is one scene; what fits no scene is left out.
    """
    if duration_s < bounds.shortest_s:
        return [Interval(start_s=0.0, end_s=duration_s)]
    points = _points(candidates, duration_s)
    cost, came_from = [0.0], [(0, False)]
    for here in range(1, len(points)):
        still_wanted()
        least, best = min(_ways(points, cost, here, bounds))
        cost.append(least)
        came_from.append(best)
    found, here = [], len(points) - 1
    while here > 0:
        before, is_scene = came_from[here]
        if is_scene:
            found.append(Interval(start_s=points[before].start_s, end_s=points[here].end_s))
        here = before
    return found[::-1]


def _points(candidates: Sequence[Candidate], duration_s: float) -> list[Candidate]:
    """The candidates in order between both ends; a dear one that overlaps a cheaper one is dropped."""
    begin = Candidate(end_s=0.0, start_s=0.0, price=0.0)
    end = Candidate(end_s=duration_s, start_s=duration_s, price=0.0)
    inside = sorted(
        (place for place in candidates if place.end_s >= 0 and place.start_s <= duration_s),
        key=lambda place: (place.end_s, place.start_s, place.price),
    )
    kept = [begin]
    for place in inside:
        if place.end_s >= kept[-1].start_s:
            kept.append(place)
        elif place.price < kept[-1].price and place.end_s >= kept[-2].start_s:
            kept[-1] = place
    return [*kept, end]


def _ways(
    points: Sequence[Candidate], cost: Sequence[float], here: int, bounds: SceneBounds
) -> list[tuple[float, tuple[int, bool]]]:
    """What it costs to come to that point: from the one before it by leaving out, from others by a scene."""
    skipped_s = points[here].end_s - points[here - 1].start_s
    ways = [(cost[here - 1] + PRICE_LEFT_OUT * skipped_s, (here - 1, False))]
    for before in range(here - 1, -1, -1):
        length_s = points[here].end_s - points[before].start_s
        if length_s > bounds.longest_s:
            break
        if length_s >= bounds.shortest_s:
            # by the second: else one long scene would be cheaper than several good ones
            stretch = math.log(length_s / bounds.target_s) ** 2 * length_s / bounds.target_s
            ends = points[before].price + points[here].price
            ways.append((cost[before] + stretch + ends, (before, True)))
    return ways


def _at_boundary(mark: Mark, quiet: Sequence[tuple[float, float]]) -> Candidate:
    boundary = mark.boundary
    if boundary.transition is Transition.BLACK:
        price = PRICE_BLACK
    else:
        price = PRICE_BOUNDARY - WORTH_OF_NEW * mark.novelty
        if any(begin <= boundary.at_s <= end for begin, end in quiet):
            price -= WORTH_OF_SILENCE
    return Candidate(end_s=boundary.end_s, start_s=boundary.start_s, price=price)


def _novelty(samples: Samples, boundary: Boundary) -> float:
    """0: a picture from before comes back soon after, as when two people talk in turn; 1: nothing does."""
    steps = range(0, MEMORY_S * SAMPLE_RATE, MEMORY_EVERY_S * SAMPLE_RATE)
    last, first = math.ceil(boundary.end_s * SAMPLE_RATE) - 2, math.ceil(boundary.start_s * SAMPLE_RATE) + 1
    before = [last - step for step in steps if last - step >= 0]
    after = [first + step for step in steps if first + step < len(samples)]
    nearest = min((samples.difference(one, other) for one in before for other in after), default=0.0)
    return min(1.0, nearest / NEW)
