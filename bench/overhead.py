"""What an export costs beyond the bare encoding of its sound and picture, in turns.

python -m bench.overhead [--short] [--clips FOLDER]

Beyond it are probing, measuring the loudness before and after, the proof of the result, and our own Python.
"""

import argparse
import asyncio
import resource
import shutil
import tempfile
from pathlib import Path

from bench import asked, clips
from bench.process import cpu_s, spend
from processing import command, sound_command
from processing.ffprobe import probe
from processing.opener import Opener
from processing.picture import room
from processing.plan import Plan, RenderJob, plan
from processing.pool import LocalPool
from processing.tools import Tools, find_tools
from storage.files import LocalFiles
from storage.models import Recipe

SOURCE = "sources/clip"
#: Other work on the machine only adds to what something costs: the least of so many rounds, in turns, counts.
ROUNDS = 3


async def through_the_pool(job: RenderJob, clip: Path, *, tools: Tools) -> tuple[float, float]:
    """CPU seconds of one export, and those of them that are this process's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = LocalFiles(folder / "files")
        shutil.copy(clip, folder / "source")
        await files.put(SOURCE, folder / "source")
        pool = LocalPool(size=1, threads=1, tools=tools, files=files, opener=Opener(files), scratch=folder)
        before, own = cpu_s(), _own_s()
        await pool.render(job, source_key=SOURCE, output_key="exports/a", on_progress=lambda progress: None)
        return cpu_s() - before, _own_s() - own


def bare(made: Plan, clip: Path, *, tools: Tools) -> float:
    """CPU seconds of the two commands that encode the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, allowance = room(made, sound_bytes=0)
        sound = sound_command.encode_sound(
            made, sound_command.scene_sound(made, clip), folder / "sound.m4a", leveling=None, tools=tools
        )
        picture = command.encode_picture(
            made,
            clip,
            folder / "sound.m4a",
            folder / "short.mp4",
            allowance=allowance,
            threads=1,
            tools=tools,
        )
        return sum(spend(arguments, folder=folder).cpu_s for arguments in (sound, picture))


def _own_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(arguments: argparse.Namespace) -> None:
    """Print the table."""
    tools = find_tools()
    clip = clips.fetch(arguments.clips, tools)[clips.DRAWN].absolute()
    seconds, rounds = (1.0, 1) if arguments.short else (5.0, ROUNDS)
    media = await probe(clip, tools=tools)
    print("| strategy | quality | CPU s bare | CPU s of an export | beyond | our own Python |")
    print("|---|---|---|---|---|---|")
    for strategy, quality in (("center_crop", "high"), ("letterbox", "medium"), ("blur_fill", "medium")):
        job = RenderJob(start_s=0, end_s=seconds, recipe=Recipe(strategy=strategy, quality=quality))
        made = plan(job, media, filters=tools.filters)
        least, whole = float("inf"), (float("inf"), 0.0)
        for _ in range(rounds):
            least = min(least, bare(made, clip, tools=tools))
            whole = min(whole, await through_the_pool(job, clip, tools=tools))
        told = f"{least:.2f} | {whole[0]:.2f} | {whole[0] / least - 1:+.0%} | {whole[1]:.2f} s"
        print(f"| {strategy} | {quality} | {told} |", flush=True)


def main() -> None:
    """Measure as the command line says."""
    asyncio.run(measure(asked.parser(__doc__, clips=True).parse_args()))


if __name__ == "__main__":
    main()
