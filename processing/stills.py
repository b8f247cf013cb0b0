"""Takes single pictures out of a video, and a few seconds of small ones."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import ffmpeg as graph
from PIL import Image

from processing.bars import cut_off
from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import Tools, demand, run
from processing.ffprobe import input_options
from processing.media import MediaInfo
from processing.sandbox import Limits
from processing.source import Source, address, position
from processing.strategies.base import even

THUMBNAIL_WIDTH = 640
#: A preview shows this many moments of a scene, each for a while, at so many pictures a second.
PREVIEW_WIDTH, PREVIEW_MOMENTS, PREVIEW_MOMENT_S, PREVIEW_RATE = 320, 4, 1.0, 8
TIMEOUT_S = 60.0


async def take(
    source: Source,
    media: MediaInfo,
    *,
    moments: Sequence[float],
    width: int,
    tools: Tools,
    pictures: int = 1,
    rate: int = PREVIEW_RATE,
) -> list[Image.Image]:
    """So many pictures from each of these moments on, `rate` a second, in order.

    Raises:
        SourceRefused: one of the moments has no picture.
        RenderFailed, RenderTimedOut: they could not be taken.
    """
    size = width, even(width * media.height / media.width)
    # of a short scene, several moments may be the same one
    distinct = list(dict.fromkeys(moments))
    with tempfile.TemporaryDirectory(prefix="stills-") as name:
        folder = Path(name)
        finished = await run(
            _command(source, media, distinct, size=size, pictures=pictures, rate=rate, tools=tools),
            folder=folder,
            on_output=lambda piece: True,
            timeout_s=TIMEOUT_S,
            limits=Limits(cpu_s=int(TIMEOUT_S)),
        )
        demand(finished)
        taken = {
            moment: _pictures((folder / f"{index}.rgb").read_bytes(), size)
            for index, moment in enumerate(distinct)
        }
    if not all(taken.values()):
        raise SourceRefused(Refusal.OUTSIDE, finished.detail())
    return [picture for moment in moments for picture in taken[moment]]


async def thumbnail(source: Source, media: MediaInfo, *, at_s: float, tools: Tools) -> Image.Image:
    """The picture that is shown at that moment. Raises what `take` raises."""
    (picture,) = await take(source, media, moments=[at_s], width=THUMBNAIL_WIDTH, tools=tools)
    return picture


async def preview(
    source: Source, media: MediaInfo, *, start_s: float, end_s: float, tools: Tools
) -> list[Image.Image]:
    """Pictures of several moments of a scene, to be shown one after the other. Raises what `take` raises."""
    length_s = min(PREVIEW_MOMENT_S, end_s - start_s)
    step_s = (end_s - start_s - length_s) / (PREVIEW_MOMENTS - 1)
    return await take(
        source,
        media,
        moments=[start_s + step_s * index for index in range(PREVIEW_MOMENTS)],
        width=PREVIEW_WIDTH,
        tools=tools,
        pictures=max(1, round(length_s * PREVIEW_RATE)),
    )


def _command(
    source: Source,
    media: MediaInfo,
    moments: Sequence[float],
    *,
    size: tuple[int, int],
    pictures: int,
    rate: int,
    tools: Tools,
) -> list[str]:
    """One ffmpeg for all moments: each is an input of its own, which is sought and read no further."""
    outputs = []
    for index, moment in enumerate(moments):
        opened = graph.input(address(source), ss=position(moment), threads=1, **input_options(source))
        picture = cut_off(opened[str(media.video_index)], media.part)
        if pictures > 1:
            picture = picture.filter("fps", rate)
        picture = picture.filter("scale", *size, flags="area")
        raw = {"f": "rawvideo", "pix_fmt": "rgb24", "frames:v": pictures}
        outputs.append(graph.output(picture, f"{index}.rgb", **raw))
    made = graph.merge_outputs(*outputs).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    arguments: list[str] = graph.compile(made, cmd=str(tools.ffmpeg))
    return arguments


def _pictures(pixels: bytes, size: tuple[int, int]) -> list[Image.Image]:
    step = 3 * size[0] * size[1]
    return [
        Image.frombytes("RGB", size, pixels[begin : begin + step])
        for begin in range(0, len(pixels) - step + 1, step)
    ]
