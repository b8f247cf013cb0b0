"""Exports a minute for pool sizes and thread counts, through the real pool.

python -m bench.throughput [--short] [--clips FOLDER]
"""

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

from bench import asked, clips
from processing.opener import Opener
from processing.pool import LocalPool
from processing.render import RenderJob
from processing.tools import Tools, find_tools
from storage.files import LocalFiles
from storage.models import Recipe

SOURCE = "sources/clip"


async def exports_a_minute(
    clip: Path, *, size: int, threads: int, count: int, tools: Tools, seconds: float
) -> float:
    """Ask for `count` shorts at once, and see how long they take together."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = LocalFiles(folder / "files")
        shutil.copy(clip, folder / "source")
        await files.put(SOURCE, folder / "source")
        pool = LocalPool(
            size=size, threads=threads, tools=tools, files=files, opener=Opener(files), scratch=folder
        )
        job = RenderJob(start_s=0, end_s=seconds, recipe=Recipe(strategy="center_crop", quality="high"))

        async def one(number: int) -> None:
            await pool.acquire()
            try:
                key = f"exports/bench/{number}.mp4"
                await pool.render(job, source_key=SOURCE, output_key=key, on_progress=lambda progress: None)
            finally:
                pool.release()

        began = time.monotonic()
        await asyncio.gather(*(one(number) for number in range(count)))
        return 60 * count / (time.monotonic() - began)


async def measure(arguments: argparse.Namespace) -> None:
    """Print the table; each row is measured twice, the rounds one after the other."""
    tools = find_tools()
    clip = clips.fetch(arguments.clips, tools)[clips.DRAWN]
    cores = os.cpu_count() or 1
    shapes = [(1, 0), (1, 1), (cores, 1), (cores, 0)]
    count, rounds, seconds = (2, 1, 1.0) if arguments.short else (2 * cores, 2, 5.0)
    found: dict[tuple[int, int], list[float]] = {shape: [] for shape in shapes}
    for _ in range(rounds):
        for size, threads in shapes:
            rate = await exports_a_minute(
                clip, size=size, threads=threads, count=count, tools=tools, seconds=seconds
            )
            found[size, threads].append(rate)
    best = max(max(rates) for rates in found.values())
    print("| renders at once | threads of each | exports a minute | of the best |\n|---|---|---|---|")
    for (size, threads), rates in found.items():
        told = " / ".join(f"{rate:.1f}" for rate in rates)
        print(f"| {size} | {threads or 'all'} | {told} | {max(rates) / best:.0%} |")


def main() -> None:
    """Measure as the command line says."""
    asyncio.run(measure(asked.parser(__doc__, clips=True).parse_args()))


if __name__ == "__main__":
    main()
