"""`cutdown scenes`: the cuts and scenes of one file, without service or database."""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.commands.bar import ProgressBar
from bot.commands.base import FAILED, INTERRUPTED, Command, complain, perform, programs, say
from processing.detection import Detection, Detector, detect
from processing.errors import ExportError, ToolsMissing
from processing.ffmpeg import Progress
from processing.ffprobe import probe
from processing.scenes import SceneBounds
from processing.timecode import format_timecode

#: Nobody else waits for this machine: a long film may take its time.
TIMEOUT_S = 24 * 3600.0


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    usual = SceneBounds()
    parser.add_argument("source", type=Path, metavar="VIDEO", help="the video")
    for name, seconds in (
        ("shortest", usual.shortest_s),
        ("target", usual.target_s),
        ("longest", usual.longest_s),
    ):
        parser.add_argument(
            f"--{name}",
            type=float,
            default=seconds,
            metavar="S",
            help=f"{name} scene; default: {seconds:g} s",
        )
    parser.add_argument(
        "--detector",
        type=_detector,
        default=Detector.FULL,
        metavar="NAME",
        help="full, or fast: by key frames, all but scene ends; default: full",
    )
    parser.add_argument("--json", action="store_true", help="print one object")


def _detector(text: str) -> Detector:
    if text not in (names := [detector.value for detector in Detector]):
        raise argparse.ArgumentTypeError(f"one of {', '.join(names)}")
    return Detector(text)


def _run(arguments: argparse.Namespace) -> int:
    try:
        detection = perform(_detect(arguments))
    except asyncio.CancelledError:
        complain("called off")
        return INTERRUPTED
    except (ExportError, ToolsMissing, OSError, ValueError) as error:
        complain(str(error))
        return FAILED
    say(json.dumps(facts(detection)) if arguments.json else _told(detection))
    return 0


async def _detect(arguments: argparse.Namespace) -> Detection:
    bounds = SceneBounds(
        shortest_s=arguments.shortest, target_s=arguments.target, longest_s=arguments.longest
    )
    if not arguments.source.is_file():
        raise FileNotFoundError(f"there is no file {arguments.source}")
    tools = programs()
    media = await probe(arguments.source, tools=tools)
    with ProgressBar(sys.stderr) as bar:

        def watched(seconds: float) -> None:
            bar.show(Progress(stage="detecting", percent=min(100.0, 100 * seconds / (media.duration_s or 1))))

        return await detect(
            arguments.source,
            media,
            tools=tools,
            bounds=bounds,
            timeout_s=TIMEOUT_S,
            detector=arguments.detector,
            on_progress=watched,
        )


def facts(detection: Detection) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "cuts_s": list(detection.cuts_s),
        # it lasts from the end of one shot to the start of the next
        "transitions": [
            {"start_s": one.end_s, "end_s": one.start_s, "transition": one.transition}
            for one in detection.boundaries
        ],
        "scenes": [
            {"start_s": scene.start_s, "end_s": scene.end_s, "title": scene.title} | asdict(scene.facts)
            for scene in detection.scenes
        ],
        "loudness_lufs": detection.loudness_lufs,
        "lit": asdict(detection.lit) if detection.lit else None,
    }


def _told(detection: Detection) -> str:
    cuts = ", ".join(format_timecode(cut) for cut in detection.cuts_s)
    lines = [f"{scene.start_s:10.3f} {scene.end_s:10.3f}  {scene.title}" for scene in detection.scenes]
    return "\n".join([f"{len(detection.cuts_s)} cuts: {cuts or 'none'}", *lines])


COMMAND = Command(
    name="scenes", summary="find the cuts and scenes of one file", add_arguments=_add_arguments, run=_run
)
