"""`cutdown preview`: one moment of a file under every strategy, side by side in one picture."""

import argparse
import asyncio
from pathlib import Path

from PIL import Image

from bot.commands.base import FAILED, INTERRUPTED, Command, complain, focus, perform, programs, say, timecode
from processing.errors import ExportError, ToolsMissing
from processing.ffprobe import probe
from processing.recipes import MIDDLE
from processing.strategy_sheet import strategy_sheet


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="VIDEO", help="the video")
    parser.add_argument("--at", type=timecode, required=True, metavar="S", help="seconds or [HH:]MM:SS[.mmm]")
    parser.add_argument(
        "--focus", type=focus, default=MIDDLE, metavar="PERCENT", help="where a crop looks: 0 left, 100 right"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the sheet, a PNG file")


def _run(arguments: argparse.Namespace) -> int:
    output: Path = arguments.output
    try:
        sheet = perform(_sheet(arguments))
        part = output.with_name(f".{output.name}.part")
        sheet.save(part, format="PNG", compress_level=3)
        part.replace(output)
    except asyncio.CancelledError:
        complain("called off; nothing was written")
        return INTERRUPTED
    except (ExportError, ToolsMissing, OSError) as error:
        complain(str(error))
        return FAILED
    say(f"{output}\n{sheet.width}x{sheet.height}")
    return 0


async def _sheet(arguments: argparse.Namespace) -> Image.Image:
    if not arguments.source.is_file():
        raise FileNotFoundError(f"there is no file {arguments.source}")
    tools = programs()
    media = await probe(arguments.source, tools=tools)
    return await strategy_sheet(
        arguments.source, media, at_s=arguments.at, focus=arguments.focus, tools=tools
    )


COMMAND = Command(
    name="preview",
    summary="draw one moment of a file under every strategy",
    add_arguments=_add_arguments,
    run=_run,
)
