"""Turns what the stages of a render report into one percentage that only grows, and the seconds left."""

import time
from collections import deque
from collections.abc import Callable

from processing.effort import EVENLY, Effort
from processing.ffmpeg import Progress, ProgressSink

#: An estimate from less than this part of a stage would be a guess. Rendering is nearly all of the work,
#: so that its pace is the pace of what is left.
TELLING = 0.05
RENDERING = "rendering"
#: The pace is that of the last so many seconds: other work comes and goes on the same cores.
WINDOW_S = 18.0
#: Less than this shows no pace.
SHORTEST_S = 1.0
#: Where rendering ends. What comes behind it (the proof, a rename) takes no time to speak of.
RENDERED = 97.0


class Meter:
    """The progress of one render. Each stage owns a span of the hundred."""

    def __init__(self, sink: ProgressSink | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sink = sink
        self._clock = clock
        self._percent = 0.0
        self._stage = ""
        self._begin, self._end = 0.0, 0.0
        self._lately: deque[tuple[float, float]] = deque()
        self._effort = EVENLY

    def expect(self, effort: Effort) -> None:
        """Estimate by this: how the work of rendering spreads over the scene."""
        self._effort = effort

    def stage(self, name: str, *, until: float) -> None:
        """Begin a stage, which ends at `until` percent."""
        self._stage = name
        self._begin, self._end = self._percent, until
        self._lately.clear()
        self._tell(self._begin, None)

    def at(self, part: float) -> None:
        """The stage has done this part (0 to 1) of its work."""
        part = min(1.0, max(0.0, part))
        percent = self._begin + (self._end - self._begin) * part
        eta_s = self._eta_s(part) if self._stage == RENDERING else None
        self._tell(percent, eta_s if part >= TELLING else None)

    def finish(self) -> None:
        """All is done: a hundred, once."""
        self._stage = "done"
        self._tell(100.0, 0.0)

    def _eta_s(self, part: float) -> float | None:
        """None for the first second of reports. Before them the encoder only fills its look-ahead."""
        now = self._clock()
        worked = self._begin + (self._end - self._begin) * self._effort.at(part)
        self._lately.append((now, worked))
        while len(self._lately) > 2 and self._lately[1][0] < now - WINDOW_S:
            self._lately.popleft()
        since, before = self._lately[0]
        if now - since < SHORTEST_S or worked <= before:
            return None
        return (now - since) / (worked - before) * (max(self._end, RENDERED) - worked)

    def _tell(self, percent: float, eta_s: float | None) -> None:
        self._percent = max(self._percent, percent)
        if self._sink is not None:
            self._sink(Progress(stage=self._stage, percent=round(self._percent, 2), eta_s=eta_s))
