"""Writes docs/sources.md: what each kind of source is, and what comes out.

python -m tests.processing.sources_page > docs/sources.md
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from processing.ffprobe import probe
from processing.media import MediaInfo
from processing.render import Rendition, render
from processing.tools import Tools, find_tools
from tests import samples
from tests.processing import refused_kinds
from tests.processing.source_kinds import SOURCES, Source, made, scene_of


def line(source: Source, media: MediaInfo, rendition: Rendition) -> str:
    """Its line in the table."""
    shape = "" if media.sar == 1 else f", pixels {media.sar.numerator}:{media.sar.denominator}"
    scan = ", interlaced" if media.interlaced else ""
    kind = "" if media.color_transfer in ("unknown", "bt709") else f" {media.color_transfer}"
    matrix = "" if media.color_space in ("unknown", "bt709") else f" {media.color_space}"
    cells = (
        source.name,
        source.ending,
        f"{media.video_codec} {media.pixel_format}{matrix}{kind}{shape}{scan}",
        f"{media.upright_width}x{media.upright_height}, {float(media.average_rate):.2f} fps",
        media.audio_codec or "none",
        f"{rendition.fps:.2f} fps, {rendition.facts.duration_s:.2f} s"
        f"{''.join(f', {note}' for note in rendition.facts.notes)}",
    )
    return f"| {' | '.join(cells)} |"


HEAD = """# Sources

What has been tried, and what came out. Every line of both tables is a test: the clip is made, a short is
asked for, and what comes out is held against this page and against every promise, whatever went in:
1080x1920 in square pixels, yuv420p limited range tagged bt709, H.264 High of level 4.2 at most, a constant
rate of 24 to 60 frames a second, AAC-LC stereo at 48 kHz, one stream of each, no chapters or private tags,
the index first, the first frame at 0, as long as the scene within one frame, sound and picture ending
within 20 ms of each other. That the picture is the right one (upright, at the right moment, in its colours,
in step with its sound) is tried with flashes, beeps and coloured halves in
`tests/processing/test_truth.py`.

`python -m tests.processing.sources_page > docs/sources.md` writes this page anew.

## What becomes a short

| kind | file | picture | shape and rate | sound | the short |
|---|---|---|---|---|---|"""


async def _lines(tools: Tools) -> list[str]:
    lines = []
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            clip = made(source, folder, tools)
            job = samples.job(*scene_of(source), strategy="letterbox")
            rendition = await render(job, source=clip, output=folder / "short.mp4", tools=tools)
            lines.append(line(source, await probe(clip, tools=tools), rendition))
    return lines


def main() -> None:
    """Print the page."""
    rows = asyncio.run(_lines(find_tools()))
    refused = map(refused_kinds.line, refused_kinds.KINDS)
    sys.stdout.write("\n".join([HEAD, *rows, "", refused_kinds.HEAD, *refused, ""]))


if __name__ == "__main__":
    main()
