"""What shot detection finds and costs, beside PySceneDetect where its command line is at hand.

python -m bench.detect [--short] [--shots N] [--clips FOLDER] [--scenedetect PROGRAM] [--seed N]

Uncut pieces of real clips, mirrored and tinted, are joined to a reel whose cuts are known to the frame.
"""

import argparse
import asyncio
import csv
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import asked, clips
from bench.process import cpu_s
from processing.detection import Detector, detect
from processing.ffprobe import MediaInfo, probe
from processing.scenes import SceneBounds
from processing.speech import can_listen
from processing.stills import thumbnail
from processing.strategy_sheet import strategy_sheet
from processing.tools import Tools, find_tools

RATE = 25
#: A cut counts as found when it is told within so many seconds.
TOLERANCE_S = 1.5 / RATE
#: The reel that the constants of shot detection were found on; every other number is a reel held out.
TUNED = 7
#: What listening costs is less than what others on the machine may add, so the least of so many is told.
TURNS = 3
#: The uncut parts of the package's clips: file, start and length in seconds.
TAKES = (
    ("bikes.mp4", 0.0, 1.16),
    ("bikes.mp4", 1.24, 1.76),
    ("bikes.mp4", 3.08, 2.36),
    ("bikes.mp4", 5.52, 1.92),
    ("bikes.mp4", 7.52, 2.12),
    ("bigbuckbunny.mp4", 0.0, 5.0),
    ("carphone_pristine.mp4", 0.0, 3.9),
)
LOOKS = ("null", "hflip", "negate", "hue=h=120", "hue=h=220,hflip", "eq=gamma=0.6", "crop=iw/2:ih/2", "vflip")


async def reel(folder: Path, *, shots: int, path: Path, tools: Tools, seed: int = TUNED) -> list[float]:
    """Join so many pieces, none like the one before it; returns when each cut is."""
    choice, pieces, ends, last = random.Random(seed), [], [0.0], None
    for index in range(shots):
        pick = choice.choice([(take, look) for take in TAKES for look in LOOKS if (take, look) != last])
        (name, start, length), look = last = pick
        seconds = choice.uniform(0.6, length)
        begin = start + choice.uniform(0, length - seconds)
        filters = f"fps={RATE},{look},scale=1280:720,setsar=1,format=yuv420p"
        pieces.append(path.with_name(f"piece{index}.mkv"))
        source = ["-ss", f"{begin:f}", "-t", f"{seconds:f}", "-i", folder / name]
        _ffmpeg(tools, *source, "-vf", filters, "-an", "-c:v", "ffv1", pieces[-1])
        ends.append(ends[-1] + (await probe(pieces[-1], tools=tools)).duration_s)
    listing = path.with_suffix(".txt")
    listing.write_text("".join(f"file '{piece.name}'\n" for piece in pieces))
    encoded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]
    _ffmpeg(tools, "-f", "concat", "-i", listing, *encoded, path)
    return ends[1:-1]


def judged(found: Sequence[float], truth: Sequence[float], *, chosen: bool) -> str:
    """Precision and recall; precision alone of `chosen` cuts, for nobody looked for the others."""
    left = list(truth)
    for at_s in found:
        near = [cut for cut in left if abs(cut - at_s) <= TOLERANCE_S]
        if near:
            left.remove(near[0])
    hits = len(truth) - len(left)
    recall = "" if chosen else f"{hits / max(1, len(truth)):.3f}"
    return f"{hits / max(1, len(found)):.3f} | {recall}"


async def ours(path: Path, media: MediaInfo, tools: Tools) -> list[float]:
    """The cuts that we find, with everything else that the pass yields."""
    found = await detect(path, media, tools=tools, bounds=SceneBounds(), timeout_s=3600)
    return list(found.cuts_s)


async def scene_ends(path: Path, media: MediaInfo, tools: Tools, detector: Detector) -> list[float]:
    """Where scenes part, the end of the video left out."""
    found = await detect(path, media, tools=tools, bounds=SceneBounds(), timeout_s=3600, detector=detector)
    return [scene.end_s for scene in found.scenes if scene.end_s < media.duration_s]


def theirs(path: Path, program: str) -> list[float]:
    """The cuts that PySceneDetect's adaptive detector writes down."""
    listed = ["detect-adaptive", "list-scenes", "-q", "-f", "scenes.csv"]
    subprocess.run([program, "-q", "-i", path, "-o", path.parent, *listed], check=True, capture_output=True)
    with path.with_name("scenes.csv").open() as file:
        rows = list(csv.reader(file))
    header = next(row for row in rows if "Start Time (seconds)" in row)
    column = header.index("Start Time (seconds)")
    return [float(row[column]) for row in rows[rows.index(header) + 1 :]][1:]


async def measure(arguments: argparse.Namespace) -> None:
    """Print both tables."""
    tools = find_tools()
    clips.fetch(arguments.clips, tools)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "reel.mp4")
        shots = 8 if arguments.short else arguments.shots
        truth = await reel(arguments.clips, shots=shots, path=path, tools=tools, seed=arguments.seed)
        media = await probe(path, tools=tools)
        print(f"{media.width}x{media.height}, {media.duration_s:.0f} s, {len(truth)} cuts\n")
        print("| what | CPU seconds a minute | seconds | precision | recall |\n|---|---|---|---|---|")
        minutes = media.duration_s / 60
        await _row("decoding alone", _in_thread(_decode, path, tools), minutes, truth)
        await _row("cutdown", ours(path, media, tools), minutes, truth)
        parting = scene_ends(path, media, tools, Detector.FAST)
        await _row("cutdown, fast: where scenes part", parting, minutes, truth, chosen=True)
        if arguments.scenedetect:
            await _row("PySceneDetect", _in_thread(theirs, path, arguments.scenedetect), minutes, truth)
        await _heard(path, tools)
        print("\n| what | CPU seconds | seconds |\n|---|---|---|")
        middle = media.duration_s / 2
        await _row("a thumbnail", thumbnail(path, media, at_s=middle, tools=tools))
        await _row("a strategy sheet", strategy_sheet(path, media, at_s=middle, tools=tools))


async def _heard(path: Path, tools: Tools) -> None:
    """Both detectors on the reel with a sound, deaf to speech and listening for it; the least of turns."""
    if not can_listen():
        print("\nthe extra `speech` is not installed: what listening costs is left out")
        return
    loud = path.with_name("loud.mp4")
    noise = ["-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2"]
    _ffmpeg(tools, "-i", path, *noise, "-c:v", "copy", "-c:a", "aac", "-shortest", loud)
    media = await probe(loud, tools=tools)
    minutes = media.duration_s / 60
    print("\n| with sound | deaf to speech | listening for it |\n|---|---|---|")
    for detector in Detector:
        spent: dict[bool, list[float]] = {False: [], True: []}
        for listens in [False, True] * TURNS:
            before = cpu_s()
            with patch("processing.analysis.can_listen", return_value=listens):
                await scene_ends(loud, media, tools, detector)
            spent[listens].append((cpu_s() - before) / minutes)
        print(f"| {detector} | {min(spent[False]):.2f} | {min(spent[True]):.2f} |", flush=True)


async def _row(
    name: str,
    work: Coroutine[Any, Any, Any],
    minutes: float = 1,
    truth: Sequence[float] = (),
    *,
    chosen: bool = False,
) -> None:
    began, spent = time.monotonic(), cpu_s()
    found = await work
    cells = f"| {name} | {(cpu_s() - spent) / minutes:.2f} | {time.monotonic() - began:.1f} |"
    print(f"{cells} {judged(found, truth, chosen=chosen)} |" if truth and found else cells, flush=True)


async def _in_thread(work: Callable[..., list[float]], *arguments: object) -> list[float]:
    return await asyncio.to_thread(work, *arguments)


def _decode(path: Path, tools: Tools) -> list[float]:
    _ffmpeg(tools, "-threads", "1", "-i", path, "-f", "null", "-")
    return []


def _ffmpeg(tools: Tools, *arguments: str | Path) -> None:
    subprocess.run([tools.ffmpeg, "-v", "error", "-y", *arguments], check=True)


def main() -> None:
    """Measure as the command line says."""
    parser = asked.parser(__doc__, clips=True)
    parser.add_argument("--shots", type=int, default=120, help="how many the reel is joined from")
    parser.add_argument("--seed", type=int, default=TUNED, help="of the reel")
    parser.add_argument("--scenedetect", default=shutil.which("scenedetect"), help="its command line")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
