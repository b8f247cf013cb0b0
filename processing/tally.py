"""Counts what comes to an end while this process runs: numbers that only grow, as Prometheus wants them."""

import enum
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

#: Upper bounds of the classes into which waits and renders fall, in seconds.
BOUNDS_S = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)


class Failure(enum.StrEnum):
    """Why an export failed, in the words of those who watch; the user reads a sentence."""

    SOURCE_REFUSED = "source_refused"  #: no short can be made of that file
    RENDER_FAILED = "render_failed"  #: ffmpeg, or the proof of its result, said no
    RENDER_TIMED_OUT = "render_timed_out"  #: it took longer than it may, or stood still
    VIDEO_GONE = "video_gone"  #: the video was removed in between
    VIDEO_NOT_HAD = "video_not_had"  #: it was to be fetched, and could not be
    WORN_OUT = "worn_out"  #: broken off again and again
    OUR_FAULT = "our_fault"  #: anything else


class Spread:
    """How long something took: how often at most each bound, how often at all, and all together."""

    def __init__(self) -> None:
        self.at_most: dict[float, int] = dict.fromkeys(BOUNDS_S, 0)
        self.number = 0
        self.total_s = 0.0

    def note(self, took: timedelta) -> None:
        """Count one. It took no less than nothing, whatever the clock says."""
        took_s = max(0.0, took.total_seconds())
        for bound in self.at_most:
            self.at_most[bound] += took_s <= bound
        self.number += 1
        self.total_s += took_s


class Tally:
    """All of it. What is known to be counted stands at 0 from the beginning: so the first one is seen."""

    def __init__(self) -> None:
        self.failures: Counter[str] = Counter({failure.value: 0 for failure in Failure})
        #: news that was given up, by the kind of its destination; what later news overtook is not lost
        self.lost: Counter[str] = Counter()
        self.waits = Spread()
        self.renders = Spread()

    def expect_kinds(self, kinds: Iterable[str]) -> None:
        """News is brought by these."""
        self.lost.update(dict.fromkeys(kinds, 0))
