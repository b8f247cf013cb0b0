"""How the work on a scene spreads over its length: where the source spends its bits, there is more to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.errors import SourceRefused
from processing.ffprobe import ask
from processing.media import number
from processing.source import Source
from processing.tools import Tools

#: What each second costs alike; the rest goes by bits. Half and half came nearest to what renders took
#: (`python -m bench.eta`).
EVEN = 0.5
#: Into so many pieces a scene is cut, whatever its length.
STEPS = 120
#: A reader begins at a key frame before the scene, and counts its time from there.
KEY_FRAME_S = 15.0


@dataclass(frozen=True)
class Effort:
    """`done[i]` is the part of the work, 0 to 1, behind whoever has done `i` of the pieces of a scene."""

    done: tuple[float, ...]

    def at(self, part: float) -> float:
        """The part of the work that is done with this part, 0 to 1, of the scene."""
        place = part * (len(self.done) - 1)
        step = min(int(place), len(self.done) - 2)
        return self.done[step] + (self.done[step + 1] - self.done[step]) * (place - step)


#: Where nothing is known.
EVENLY = Effort((0.0, 1.0))


def spread(packets: Iterable[tuple[float, int]], *, start_s: float, duration_s: float) -> Effort:
    """The effort of a scene whose packets are shown at these moments and have these sizes."""
    sizes = [0] * STEPS
    for moment_s, size in packets:
        place = (moment_s - start_s) / duration_s * STEPS
        if 0 <= place < STEPS:
            sizes[int(place)] += size
    whole = sum(sizes)
    # a list that breaks off says nothing about what is behind it
    if not whole or not any(sizes[-STEPS // 10 :]):
        return EVENLY
    done = [0.0]
    for size in sizes:
        done.append(done[-1] + EVEN / STEPS + (1 - EVEN) * size / whole)
    return Effort(tuple(done))


async def foresee(
    source: Source, *, start_s: float, duration_s: float, stream: int, folder: Path, tools: Tools
) -> Effort:
    """The effort of a scene. It is only a foresight: where the file does not tell, the work is even.

    One that is read elsewhere is not asked: what is read of it is paid for by somebody.
    """
    if not isinstance(source, Path):
        return EVENLY
    try:
        answer, _ = await ask(
            source,
            folder=folder,
            tools=tools,
            entries="format=start_time:packet=pts_time,size",
            only={"select_streams": stream, "read_intervals": f"+{start_s}%+{duration_s + KEY_FRAME_S}"},
        )
    except SourceRefused:
        return EVENLY
    began_s = number(answer.get("format", {}).get("start_time")) or 0.0
    return spread(_packets(answer), start_s=began_s + start_s, duration_s=duration_s)


def _packets(answer: Mapping[str, Any]) -> Iterable[tuple[float, int]]:
    for packet in answer.get("packets", []):
        moment_s, size = number(packet.get("pts_time")), number(packet.get("size"))
        if moment_s is not None and size is not None:
            yield moment_s, int(size)
