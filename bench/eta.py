"""How true the seconds left are that a render tells: each estimate beside what was left when it was told.

python -m bench.eta [--short] [--clips FOLDER]

Estimates count from the first tenth on. Less than a second left is not compared: nobody reads it.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import asked, clips
from processing.ffmpeg import Progress
from processing.ffprobe import probe
from processing.plan import RenderJob
from processing.render import render
from processing.tools import Tools, find_tools
from storage.models import Recipe

BEGIN_PERCENT, END_S = 10.0, 1.0
#: What the aim is: a quarter off at most.
AIM = 0.25


@dataclass(frozen=True, kw_only=True)
class Told:
    """One estimate, and the seconds that were really left."""

    eta_s: float
    left_s: float

    @property
    def off(self) -> float:
        """By what part of what was left it was wrong."""
        return abs(self.eta_s - self.left_s) / self.left_s


async def estimates(clip: Path, *, seconds: float, strategy: str, tools: Tools) -> tuple[float, list[Told]]:
    """Wall seconds of one render with one thread, and all that it told of them after the first tenth."""
    heard: list[tuple[float, Progress]] = []
    job = RenderJob(start_s=0, end_s=seconds, recipe=Recipe(strategy=strategy, quality="high"))
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        await render(
            job,
            source=clip.absolute(),
            output=Path(folder, "short.mp4"),
            tools=tools,
            threads=1,
            on_progress=lambda progress: heard.append((time.monotonic(), progress)),
        )
        ended = time.monotonic()
    told = [
        Told(eta_s=progress.eta_s, left_s=ended - moment)
        for moment, progress in heard
        if progress.eta_s is not None and progress.percent >= BEGIN_PERCENT and ended - moment >= END_S
    ]
    return ended - began, told


def row(name: str, strategy: str, wall_s: float, told: Sequence[Told]) -> str:
    """One line of the table."""
    if not told:
        return f"| {name} | {strategy} | {wall_s:.1f} | 0 | - | - | - |"
    off = [one.off for one in told]
    within = sum(one <= AIM for one in off) / len(off)
    found = f"{statistics.median(off):.0%} | {max(off):.0%} | {within:.0%}"
    return f"| {name} | {strategy} | {wall_s:.1f} | {len(told)} | {found} |"


async def measure(arguments: argparse.Namespace) -> None:
    """Print the table."""
    tools = find_tools()
    chosen = (
        clips.fetch(arguments.clips, tools) if arguments.short else clips.fetch_long(arguments.clips, tools)
    )
    print("| clip | strategy | seconds | estimates | median off | worst off | within 25 % |")
    print("|---|---|---|---|---|---|---|")
    names = [clips.DRAWN] if arguments.short else list(chosen)
    for name in names:
        clip = chosen[name]
        seconds = 2.0 if arguments.short else (await probe(clip, tools=tools)).duration_s
        for strategy in ("center_crop", "letterbox"):
            print(
                row(name, strategy, *await estimates(clip, seconds=seconds, strategy=strategy, tools=tools))
            )


def main() -> None:
    """Measure as the command line says."""
    asyncio.run(measure(asked.parser(__doc__, clips=True).parse_args()))


if __name__ == "__main__":
    main()
