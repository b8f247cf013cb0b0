"""Turns what the stages of a render report into one percentage that only grows, and the seconds left."""

import time
from collections.abc import Callable

from processing.ffmpeg import Progress, ProgressSink

#: An estimate from less than this part of a stage would be a guess. Rendering is nearly all of the work,
#: so that its pace is the pace of what is left.
TELLING = 0.05
RENDERING = "rendering"


class Meter:
    """The progress of one render. Each stage owns a span of the hundred."""

    def __init__(self, sink: ProgressSink | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sink = sink
        self._clock = clock
        self._percent = 0.0
        self._stage = ""
        self._begin, self._end = 0.0, 0.0
        self._began = clock()

    def stage(self, name: str, *, until: float) -> None:
        """Begin a stage, which ends at `until` percent."""
        self._stage = name
        self._begin, self._end = self._percent, until
        self._began = self._clock()
        self._tell(self._begin, None)

    def at(self, part: float) -> None:
        """The stage has done this part (0 to 1) of its work."""
        part = min(1.0, max(0.0, part))
        done = (self._end - self._begin) * part
        tells = self._stage == RENDERING and part >= TELLING
        eta_s = (self._clock() - self._began) / done * (100 - self._begin - done) if tells else None
        self._tell(self._begin + done, eta_s)

    def finish(self) -> None:
        """All is done: a hundred, once."""
        self._stage = "done"
        self._tell(100.0, 0.0)

    def _tell(self, percent: float, eta_s: float | None) -> None:
        self._percent = max(self._percent, percent)
        if self._sink is not None:
            self._sink(Progress(stage=self._stage, percent=round(self._percent, 2), eta_s=eta_s))
