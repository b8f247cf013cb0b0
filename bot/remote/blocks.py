"""The arithmetic of blocks: what a range covers, what is missing of it, how far to read ahead. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

BLOCK_BYTES = 64 * 1024
#: One request brings so many blocks at most.
MOST_BLOCKS = 32
#: A run of reading goes on when it skips no more than this: the sound alone is read in small steps.
STEP_BLOCKS = 8
#: So many runs are remembered: a sheet of stills reads in several places by turns.
RUNS = 16

_ASKED = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_ANSWERED = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The bytes `[start, end)` of a file."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def count(size: int) -> int:
    """How many blocks a file of that size has."""
    return -(-size // BLOCK_BYTES)


def length(index: int, size: int) -> int:
    """How long a block is: the last one may be short."""
    return min(BLOCK_BYTES, size - index * BLOCK_BYTES)


def covering(span: Span) -> range:
    """The blocks that hold these bytes."""
    return range(span.start // BLOCK_BYTES, count(span.end))


def spanned(run: range, size: int) -> Span:
    """The bytes of these neighbouring blocks."""
    return Span(start=run.start * BLOCK_BYTES, end=min(size, run.stop * BLOCK_BYTES))


def missing_run(index: int, *, most: int, size: int, is_here: Callable[[int], bool]) -> range:
    """The missing blocks from `index` on that one request can bring: no gap, and nothing twice."""
    stop = index
    while stop < min(index + most, count(size)) and not is_here(stop):
        stop += 1
    return range(index, stop)


def asked_span(header: str | None, size: int) -> Span | None:
    """What a `Range` header asks of a file of that size; None: what it asks is not there."""
    if header is None:
        return Span(start=0, end=size)
    parts = _ASKED.fullmatch(header)
    if parts is None or parts.group(0) == "bytes=-":
        return None
    first, last = parts.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return Span(start=start, end=end) if start < end else None


def answered_span(header: str) -> tuple[Span, int] | None:
    """What a `Content-Range` header says is sent, and how large the whole is; None: it makes no sense."""
    parts = _ANSWERED.fullmatch(header.strip())
    if parts is None:
        return None
    first, last, size = (int(number) for number in parts.groups())
    return (Span(start=first, end=last + 1), size) if first <= last < size else None


@dataclass
class Pace:
    """How many blocks to bring at once: the longer somebody reads on in one place, the more."""

    #: of each run of reading: the block expected next, and how many were read; the latest run last
    _runs: list[tuple[int, int]] = field(default_factory=list)

    def read(self, index: int) -> int:
        """Block `index` is being read: so many blocks from there on are likely to be wanted."""
        read = 0
        for run in reversed(self._runs):
            following, before = run
            if following - 1 <= index <= following + STEP_BLOCKS:
                self._runs.remove(run)
                # the same block once more is no step
                read = before + (index >= following)
                break
        self._runs = [*self._runs[-RUNS + 1 :], (index + 1, read)]
        return min(MOST_BLOCKS, 2 + read // 2)
