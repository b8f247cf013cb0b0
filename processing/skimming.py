"""Finds scenes from key frames alone, and looks closely only where a scene is to end.

Where two neighbouring key frames differ, a boundary may lie between them: a vague one. Scenes are merged from
these; every vague boundary that is chosen is looked at, frame by frame, and replaced by what is really there;
and so on, until none that is chosen is vague. Most of a video is never decoded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from processing.analysis import Analysis, analyse
from processing.calling_off import aside
from processing.ffmpeg import Tools
from processing.media import MediaInfo
from processing.scenes import MEMORY_S, NEW, Interval, Mark, SceneBounds, merge, places
from processing.shots import BLACK_LEVEL, CUT_FLOOR, Boundary, Transition, find_boundaries
from processing.source import Source
from processing.watching import KEYS, View

#: Key frames that are further apart than this, on average, tell too little: the video is watched whole.
SPARSE_S = 12.0
#: A window is longer than the gap it looks into, so that what is beside a cut can be seen, too.
AROUND_S = 1.0
#: A cut may be told this much beside the key frame that it falls on.
SLACK_S = 0.05
#: Skimming is this part of the work, as far as progress is told.
SKIMMED = 0.9


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What lies between two key frames, and the boundary that it stands for until it is looked at."""

    begin_s: float
    end_s: float
    mark: Mark


@dataclass(frozen=True, kw_only=True)
class Skimmed:
    """The scenes, and the boundaries that were looked at."""

    seen: Analysis
    boundaries: Sequence[Boundary]
    intervals: Sequence[Interval]


async def skim(
    source: Source,
    media: MediaInfo,
    *,
    tools: Tools,
    bounds: SceneBounds,
    timeout_s: float,
    on_progress: Callable[[float], None],
) -> Skimmed | None:
    """None: the key frames are too sparse. Raises what `processing.analysis.analyse` raises."""
    seen = await analyse(
        source,
        media,
        tools=tools,
        timeout_s=timeout_s,
        view=KEYS,
        on_progress=lambda seconds: on_progress(SKIMMED * seconds),
    )
    if len(seen.frame_times) * SPARSE_S < seen.duration_s:
        return None
    vague, sharp = await aside(lambda: list(gaps(seen))), list[Mark]()
    while True:
        marks = [*sharp, *(gap.mark for gap in vague)]
        intervals = await aside(_merged, marks, seen, bounds)
        chosen = [gap for gap in vague if _ends_a_scene(gap.mark.boundary, intervals)]
        if not chosen:
            return Skimmed(seen=seen, boundaries=[mark.boundary for mark in sharp], intervals=intervals)
        for gap in chosen:
            found = await _looked_at(gap, source, media, seen=seen, tools=tools, timeout_s=timeout_s)
            sharp += [Mark(boundary=boundary, novelty=gap.mark.novelty) for boundary in found]
        vague = [gap for gap in vague if gap not in chosen]


def _merged(marks: Sequence[Mark], seen: Analysis, bounds: SceneBounds) -> list[Interval]:
    return merge(places(marks, seen), duration_s=seen.duration_s, bounds=bounds)


def gaps(seen: Analysis) -> Iterator[Gap]:
    """Where the key frames say that something ends. A run of black ones lies inside of one gap."""
    dark = [max(sample) <= BLACK_LEVEL for sample in seen.samples]
    for is_dark, run in groupby(range(len(dark)), key=dark.__getitem__):
        keys = list(run)
        if is_dark:
            yield _black(seen, keys[0], keys[-1])
        else:
            yield from (gap for before, after in pairwise(keys) if (gap := _gap(seen, before, after)))


def _gap(seen: Analysis, before: int, after: int) -> Gap | None:
    """None: both key frames show the same."""
    if seen.samples.difference(before, after) < CUT_FLOOR:
        return None
    begin_s, end_s = seen.frame_times[before], seen.frame_times[after]
    # an encoder begins a shot with a key frame where it can
    boundary = Boundary(transition=Transition.CUT, end_s=end_s, start_s=end_s)
    mark = Mark(boundary=boundary, novelty=_novelty(seen, before, after))
    return Gap(begin_s=begin_s, end_s=end_s, mark=mark)


def _black(seen: Analysis, first: int, last: int) -> Gap:
    times = seen.frame_times
    begin_s = times[first - 1] if first > 0 else 0.0
    end_s = times[last + 1] if last + 1 < len(times) else seen.duration_s
    boundary = Boundary(transition=Transition.BLACK, end_s=times[first] if first > 0 else 0.0, start_s=end_s)
    return Gap(begin_s=begin_s, end_s=end_s, mark=Mark(boundary=boundary, novelty=1.0))


def _novelty(seen: Analysis, before: int, after: int) -> float:
    """As `processing.scenes` has it, by the key frames on either side."""
    times = seen.frame_times
    earlier = [index for index in range(before, -1, -1) if times[before] - times[index] < MEMORY_S]
    later = [index for index in range(after, len(times)) if times[index] - times[after] < MEMORY_S]
    # of many, every second or so is enough
    sparse = (indices[:: max(1, len(indices) // 6)] for indices in (earlier, later))
    one, other = sparse
    return min(1.0, min(seen.samples.difference(this, that) for this in one for that in other) / NEW)


def _ends_a_scene(boundary: Boundary, intervals: Sequence[Interval]) -> bool:
    return any(boundary.end_s == scene.end_s or boundary.start_s == scene.start_s for scene in intervals)


async def _looked_at(
    gap: Gap, source: Source, media: MediaInfo, *, seen: Analysis, tools: Tools, timeout_s: float
) -> list[Boundary]:
    """The boundaries that really lie in a gap, to the frame."""
    begin_s = max(0.0, gap.begin_s - AROUND_S)
    end_s = min(seen.duration_s, gap.end_s + AROUND_S)
    view = View(begin_s=begin_s, length_s=end_s - begin_s)
    window = await analyse(source, media, tools=tools, timeout_s=timeout_s, view=view)
    moved = (
        replace(found, end_s=found.end_s + begin_s, start_s=found.start_s + begin_s)
        for found in await aside(find_boundaries, window)
    )
    return [found for found in moved if gap.begin_s - SLACK_S <= found.at_s <= gap.end_s + SLACK_S]
