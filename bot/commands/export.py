"""`cutdown export`: one short from one file, without service or database."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.commands.bar import ProgressBar
from bot.commands.base import (
    FAILED,
    INTERRUPTED,
    MISUSED,
    Command,
    complain,
    focus,
    perform,
    programs,
    say,
    timecode,
)
from processing.errors import (
    ExportError,
    InvalidTrim,
    Refusal,
    SourceRefused,
    ToolsMissing,
    UnknownQuality,
    UnknownStrategy,
)
from processing.quality import QUALITIES
from processing.recipes import MIDDLE, check_recipe
from processing.render import RenderJob, Rendition, render
from processing.strategies import STRATEGIES
from processing.timecode import format_timecode
from storage.models import Recipe

#: More do not make an encoder quicker.
MOST_THREADS = 64


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    moment = "seconds or [HH:]MM:SS[.mmm]"
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the video")
    parser.add_argument("--start", type=timecode, required=True, metavar="S", help=moment)
    parser.add_argument("--end", type=timecode, required=True, metavar="S", help=moment)
    parser.add_argument("--strategy", default="center_crop", metavar="NAME", help=_choice(STRATEGIES))
    parser.add_argument("--quality", default="high", metavar="NAME", help=_choice(QUALITIES))
    parser.add_argument(
        "--focus", type=focus, default=MIDDLE, metavar="PERCENT", help="where a crop looks: 0 left, 100 right"
    )
    parser.add_argument("--target-mb", type=float, metavar="MB", help="a size that must not be passed")
    parser.add_argument("--no-loudness", action="store_true", help="leave the sound as loud as it is")
    parser.add_argument(
        "--threads", type=_threads, default=0, metavar="N", help="cores to use; default: all of them"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the short, an MP4 file")
    parser.add_argument("--json", action="store_true", help="print the facts of the result as one object")


def _threads(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_THREADS):
        raise argparse.ArgumentTypeError(f"from 0 (all) to {MOST_THREADS}")
    return int(text)


def _choice(kinds: Mapping[str, object]) -> str:
    return f"{', '.join(kinds)}; default: %(default)s"


def _run(arguments: argparse.Namespace) -> int:
    output: Path = arguments.output
    try:
        _check(arguments)
        rendition = perform(_export(arguments))
    except asyncio.CancelledError:
        complain("called off; nothing was written")
        return INTERRUPTED
    except (UnknownStrategy, UnknownQuality) as error:
        complain(str(error))
        return MISUSED
    except (ExportError, ToolsMissing, OSError) as error:
        complain(str(error))
        return FAILED
    say(json.dumps(_facts(rendition, output)) if arguments.json else _told(rendition, output))
    return 0


def _check(arguments: argparse.Namespace) -> None:
    source, output = arguments.source, arguments.output
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    if not output.parent.is_dir() or output.is_dir():
        raise FileNotFoundError(f"{output} cannot be written: its folder is missing, or it is one itself")
    if output.exists() and output.samefile(source):
        raise FileExistsError("the short would be written over its source")
    if arguments.end <= arguments.start:
        raise InvalidTrim("The end must come after the start.")
    job = _job(arguments)
    if job.duration_s > job.longest_s:
        raise SourceRefused(Refusal.TOO_LONG)
    check_recipe(job.recipe, duration_s=job.duration_s)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    return Recipe(
        strategy=arguments.strategy,
        quality=arguments.quality,
        focus=arguments.focus,
        target_mb=arguments.target_mb,
        normalize_loudness=not arguments.no_loudness,
    )


def _job(arguments: argparse.Namespace) -> RenderJob:
    return RenderJob(start_s=arguments.start, end_s=arguments.end, recipe=_recipe(arguments))


async def _export(arguments: argparse.Namespace) -> Rendition:
    with ProgressBar(sys.stderr) as bar:
        return await render(
            _job(arguments),
            source=arguments.source,
            output=arguments.output,
            tools=programs(),
            threads=arguments.threads,
            on_progress=bar.show,
        )


def _facts(rendition: Rendition, output: Path) -> dict[str, Any]:
    return asdict(rendition.facts) | {
        "fps": rendition.fps,
        "strategy": rendition.strategy,
        "quality": rendition.quality,
        "elapsed_s": round(rendition.elapsed_s, 3),
        "output": str(output),
    }


def _told(rendition: Rendition, output: Path) -> str:
    facts = rendition.facts
    lines = [
        str(output),
        f"{facts.width}x{facts.height}, {format_timecode(facts.duration_s)}, "
        f"{facts.size_bytes / 1e6:.1f} MB, {facts.video_codec}/{facts.audio_codec}, "
        f"made in {rendition.elapsed_s:.1f} s",
        *facts.notes,
    ]
    return "\n".join(lines)


COMMAND = Command(
    name="export", summary="make one short from one file", add_arguments=_add_arguments, run=_run
)
