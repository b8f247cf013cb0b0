"""Two shorts of one scene: decoded once for both, beside one after the other.

python -m bench.shared [--short] [--clips FOLDER]
"""

import asyncio
import logging
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bench import asked, clips
from processing import company
from processing.opener import Opener
from processing.plan import RenderJob
from processing.pool import LocalPool
from processing.tools import Tools, find_tools
from storage.files import LocalFiles
from storage.models import Recipe

SOURCE = "sources/clip"
#: Other work on the machine only adds to what something costs: the least of so many rounds, in turns, counts.
ROUNDS = 3
#: name -> height of the picture, and how it is written.
SOURCES = {
    "1080p H.264": (1080, ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20")),
    "4K H.264": (2160, ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20")),
    "4K HEVC, HDR": (2160, ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")),
}
HDR = ",format=yuv420p10le,setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc=smpte2084"
HEAD = "| source | strategy | CPU s apart | CPU s together | saved | wall s apart | wall s together |"


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a few shorts have cost, their children included."""

    cpu_s: float
    wall_s: float


async def spent(jobs: Sequence[RenderJob], clip: Path, *, tools: Tools, together: bool) -> Spent:
    """Make them at once or one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = LocalFiles(folder / "files")
        shutil.copy(clip, folder / "source")
        await files.put(SOURCE, folder / "source")
        pool = LocalPool(size=2, threads=1, tools=tools, files=files, opener=Opener(files), scratch=folder)

        async def one(number: int) -> None:
            key = f"exports/bench/{number}.mp4"
            await pool.render(
                jobs[number], source_key=SOURCE, output_key=key, on_progress=lambda progress: None
            )

        began, before = time.monotonic(), _cpu_s()
        if together:
            await asyncio.gather(*map(one, range(len(jobs))))
        else:
            for number in range(len(jobs)):
                await one(number)
        return Spent(cpu_s=_cpu_s() - before, wall_s=time.monotonic() - began)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _source(name: str, folder: Path, tools: Tools) -> Path:
    """The drawn clip in that size."""
    height, written = SOURCES[name]
    path = folder / f"{name.lower().replace(' ', '-').replace(',', '')}.mkv"
    if not path.exists():
        scaled = f"scale=-2:{height}:flags=bilinear{HDR if 'HDR' in name else ''}"
        made = ["-i", clips.fetch(folder, tools)[clips.DRAWN], "-vf", scaled, *written, "-c:a", "copy", path]
        subprocess.run([tools.ffmpeg, "-v", "error", "-y", *made], check=True)
    return path


def main() -> None:
    """Print the table."""
    parser = asked.parser(__doc__, clips=True)
    arguments = parser.parse_args()
    tools = find_tools()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # so that what is not worth it can be seen, too
    company.WORTH_PIXELS = 0
    names = list(SOURCES)[:1] if arguments.short else list(SOURCES)
    seconds, strategies = (0.5, ["letterbox"]) if arguments.short else (2.0, ["center_crop", "letterbox"])
    print(HEAD)
    print("|---" * 7 + "|")
    for name in names:
        clip = _source(name, arguments.clips, tools)
        for strategy in strategies:
            recipes = [Recipe(strategy=strategy, quality=quality) for quality in ("high", "medium")]
            jobs = [RenderJob(start_s=0, end_s=seconds, recipe=recipe) for recipe in recipes]
            rounds = [
                [asyncio.run(spent(jobs, clip, tools=tools, together=together)) for together in (False, True)]
                for _ in range(1 if arguments.short else ROUNDS)
            ]
            apart, both = (min(way, key=lambda cost: cost.cpu_s) for way in zip(*rounds, strict=True))
            cells = [
                *(name, strategy, f"{apart.cpu_s:.1f}", f"{both.cpu_s:.1f}"),
                *(f"{1 - both.cpu_s / apart.cpu_s:.0%}", f"{apart.wall_s:.1f}", f"{both.wall_s:.1f}"),
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
