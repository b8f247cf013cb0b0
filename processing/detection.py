"""From a file to its cuts and scenes: the pass over it, then every decision, in order."""

import enum
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from processing.analysis import Analysis, analyse
from processing.calling_off import aside
from processing.character import characterise, title
from processing.ffmpeg import Tools
from processing.media import MediaInfo, Part
from processing.scenes import Interval, SceneBounds, candidates, merge
from processing.shots import Boundary, find_boundaries
from processing.skimming import skim
from processing.soundtrack import integrated
from processing.source import Source
from storage.intake_models import SceneFacts


class Detector(enum.StrEnum):
    """How closely a video is watched."""

    FULL = "full"  #: every frame
    FAST = "fast"  #: key frames, and every frame where a scene is to end


#: What is dark in fewer stills than these may yet be lit.
BARS_STILLS = 3


@dataclass(frozen=True, kw_only=True)
class FoundScene:
    """A scene that was found, its title and what it is like."""

    start_s: float
    end_s: float
    title: str
    facts: SceneFacts


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What was found in one video."""

    #: black at the ends of the video included; by the fast detector, only those that were looked at
    boundaries: Sequence[Boundary]
    #: the middle of each boundary that has a shot on either side
    cuts_s: Sequence[float]
    scenes: Sequence[FoundScene]
    loudness_lufs: float | None
    #: momentary loudness, ten values a second; empty without sound
    momentary: Sequence[float]
    #: all that is ever lit of the picture; None: too little was seen to tell
    lit: Part | None


async def detect(
    source: Source,
    media: MediaInfo,
    *,
    tools: Tools,
    bounds: SceneBounds,
    timeout_s: float,
    detector: Detector = Detector.FULL,
    on_progress: Callable[[float], None] | None = None,
) -> Detection:
    """Find the scenes of the file at `source`; `on_progress` hears how many of its seconds are done.

    Raises:
        SourceRefused: not one picture of it can be decoded.
        RenderFailed, RenderTimedOut: the pass over it could not be made.
    """
    watched = on_progress or (lambda seconds: None)
    if detector is Detector.FAST:
        found = await skim(
            source, media, tools=tools, bounds=bounds, timeout_s=timeout_s, on_progress=watched
        )
        if found is not None:
            return await aside(_detection, found.seen, found.boundaries, found.intervals)
    seen = await analyse(source, media, tools=tools, timeout_s=timeout_s, on_progress=watched)
    # seconds of pure Python for a film: not in the loop that answers people
    return await aside(decide, seen, bounds)


def decide(seen: Analysis, bounds: SceneBounds) -> Detection:
    """What follows from what was seen and heard."""
    boundaries = find_boundaries(seen)
    intervals = merge(candidates(seen, boundaries), duration_s=seen.duration_s, bounds=bounds)
    return _detection(seen, boundaries, intervals)


def _detection(seen: Analysis, found: Sequence[Boundary], intervals: Sequence[Interval]) -> Detection:
    boundaries = sorted(found, key=lambda boundary: boundary.at_s)
    whole = integrated(seen.loudness)
    return Detection(
        boundaries=boundaries,
        cuts_s=[
            round(boundary.at_s, 3)
            for boundary in boundaries
            if boundary.end_s > 0 and boundary.start_s < seen.duration_s
        ],
        scenes=[_described(seen, interval, boundaries, whole) for interval in intervals],
        loudness_lufs=None if math.isinf(whole) else round(whole, 1),
        momentary=seen.loudness,
        lit=seen.lit if len(seen.still_sizes) >= BARS_STILLS else None,
    )


def _described(
    seen: Analysis, interval: Interval, boundaries: Sequence[Boundary], whole_lufs: float
) -> FoundScene:
    facts = characterise(seen, interval, boundaries)
    return FoundScene(
        start_s=round(interval.start_s, 3),
        end_s=round(interval.end_s, 3),
        title=title(interval, facts, whole_lufs=whole_lufs),
        facts=facts,
    )
