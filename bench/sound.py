"""What the sound of a short costs where detection has heard the video, and where it has not.

python -m bench.sound [--short]
"""

import argparse
import asyncio
import math
import subprocess
import tempfile
import time
from pathlib import Path

from bench import asked
from bench.process import cpu_s
from processing.analysis import analyse
from processing.ffprobe import probe
from processing.meter import Meter
from processing.plan import Plan, RenderJob, plan
from processing.sound import make_sound
from processing.soundtrack import of_scene
from processing.tools import Tools, find_tools
from processing.workshop import Workshop
from storage.models import Recipe

#: Noise that swells and fades, as AAC beside a tiny picture: the sound is what is measured.
SWELL = "anoisesrc=color=pink:amplitude=0.8:seed=3,volume='0.05+0.6*abs(sin(t*0.2))':eval=frame"
PICTURE = "testsrc2=size=64x64:rate=5"


async def measure(arguments: argparse.Namespace) -> None:
    """Print the table: the ways take turns, and the least of each counts, for the rest is noise."""
    tools = find_tools()
    seconds, rounds = (5.0, 1) if arguments.short else (60.0, 7)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "source.mp4")
        _write(source, seconds=3 * seconds, tools=tools)
        media = await probe(source, tools=tools)
        heard = await analyse(source, media, tools=tools, timeout_s=600)
        known = of_scene(heard.loudness, seconds, 2 * seconds)
        spent: dict[float | None, list[float]] = {None: [], known: []}
        for _ in range(rounds):
            for loudness, costs in spent.items():
                job = RenderJob(
                    start_s=seconds,
                    end_s=2 * seconds,
                    recipe=Recipe(strategy="letterbox", quality="high"),
                    loudness_lufs=loudness,
                )
                costs.append(await _cost(plan(job, media, filters=tools.filters), source, tools))
    print(f"a scene of {seconds:g} s\n")
    print("| the sound of a scene | CPU s a minute |\n|---|---|")
    for loudness, costs in spent.items():
        name = "measured first" if loudness is None else "of known loudness"
        print(f"| {name} | {60 * min(costs) / seconds:.2f} |")


async def _cost(decided: Plan, source: Path, tools: Tools) -> float:
    with tempfile.TemporaryDirectory() as name:
        workshop = Workshop(
            folder=Path(name), tools=tools, threads=1, meter=Meter(None, clock=time.monotonic)
        )
        before = cpu_s()
        await make_sound(decided, source, workshop)
        return cpu_s() - before


def _write(source: Path, *, seconds: float, tools: Tools) -> None:
    inputs = ["-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SWELL, "-t", str(math.ceil(seconds))]
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "192k", "-ac", "2"]
    subprocess.run([tools.ffmpeg, "-v", "error", "-y", *inputs, *encoded, source], check=True)


def main() -> None:
    """Measure as the command line says."""
    asyncio.run(measure(asked.parser(__doc__).parse_args()))


if __name__ == "__main__":
    main()
