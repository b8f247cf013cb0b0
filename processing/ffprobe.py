"""Asks ffprobe what a file holds, and says which files no short can be made of."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from processing.errors import Refusal, RenderTimedOut, SourceRefused
from processing.ffmpeg import Finished, Tools, run
from processing.media import MediaInfo, read
from processing.repair import needs_length, true_length_s
from processing.sandbox import OTHER_FORMATS, VIDEO_FORMATS, Limits, input_options
from processing.source import Source, address

__all__ = ["MediaInfo", "anonymous", "ask", "input_options", "look", "probe"]

#: What ffprobe may say at most: a file can hold a thousand streams.
ANSWER_BYTES = 4_000_000
TIMEOUT_S = 60

_ENTRIES = (
    "format=format_name,start_time,duration"
    ":stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,pix_fmt,field_order,"
    "color_range,color_space,color_transfer,color_primaries,r_frame_rate,avg_frame_rate,"
    "start_time,duration,nb_frames,channels"
    ":stream_disposition=default,attached_pic,timed_thumbnails,still_image"
    ":stream_side_data=rotation,crop_left,crop_right,crop_top,crop_bottom"
    ":stream_tags=DURATION"
)


async def probe(path: Source, *, tools: Tools) -> MediaInfo:
    """The facts of the file at `path`.

    Raises:
        SourceRefused: no short can be made of it; the reason says why.
    """
    with tempfile.TemporaryDirectory(prefix="probe-") as name:
        folder = Path(name)
        source = anonymous(path, folder)
        media = await look(source, folder=folder, tools=tools)
        if needs_length(media):
            length_s = await true_length_s(source, media, folder=folder, tools=tools)
            media = replace(media, duration_s=length_s)
    return media


async def look(path: Source, *, folder: Path, tools: Tools) -> MediaInfo:
    """What ffprobe can tell at once of the file at `path`; broadcasts may be wrong about their length."""
    if isinstance(path, Path):
        if not path.is_file():
            raise SourceRefused(Refusal.NOT_MEDIA, "not a regular file")
        if path.stat().st_size == 0:
            raise SourceRefused(Refusal.EMPTY)
    answer, finished = await ask(path, folder=folder, tools=tools)
    return read(answer, said=finished.said)


def anonymous(path: Source, folder: Path) -> Source:
    """A link to the file without its name: what a file is, its content says, not its ending."""
    if not isinstance(path, Path):
        return path
    link = folder / "source"
    if not link.is_symlink():
        link.symlink_to(path.absolute())
    return link


async def ask(
    path: Source,
    *,
    folder: Path,
    tools: Tools,
    entries: str = _ENTRIES,
    only: Mapping[str, str | int] = MappingProxyType({}),
) -> tuple[Mapping[str, Any], Finished]:
    """Ffprobe's answer on `entries` of the file at `path`, of a part `only`; empty when it gave none."""
    said = bytearray()

    def keep(piece: bytes) -> bool:
        said.extend(piece[: ANSWER_BYTES - len(said)])
        return len(said) < ANSWER_BYTES

    arguments = [str(tools.ffprobe), "-v", "error", "-of", "json=compact=1", "-show_entries", entries]
    options = {**input_options(path, formats=f"{VIDEO_FORMATS},{OTHER_FORMATS}"), **only}
    for name, value in options.items():
        arguments += [f"-{name}", str(value)]
    arguments += ["-i", address(path)]
    try:
        finished = await run(
            arguments, folder=folder, on_output=keep, timeout_s=TIMEOUT_S, limits=Limits(cpu_s=TIMEOUT_S)
        )
    except RenderTimedOut as late:
        raise SourceRefused(Refusal.DAMAGED, late.detail) from late
    try:
        answer = json.loads(said or b"{}")
    except ValueError:
        answer = {}
    return answer, finished
