"""Gives a source whose clock cannot be trusted a straight one, by copying its streams into Matroska."""

from pathlib import Path

from processing import command
from processing.errors import Refusal, SourceRefused
from processing.ffmpeg import ProgressReader, run
from processing.media import MediaInfo
from processing.source import Source
from processing.tools import Tools

#: Formats made for broadcasting: their clocks jump, wrap and start anywhere.
BROADCAST = frozenset({"mpegts", "mpeg"})
#: The copy goes on this long after the scene, for packets are not stored in the order of showing.
MARGIN_S = 3.0


def needs_repair(media: MediaInfo) -> bool:
    """Whether this source's own times are not to be relied on, or it does not tell its length."""
    return media.format_name in BROADCAST or media.duration_s <= 0


async def repaired(source: Source, media: MediaInfo, *, until_s: float, folder: Path, tools: Tools) -> Path:
    """The copy, in `folder`, which holds the chosen streams alone.

    Raises:
        SourceRefused: the streams cannot even be read.
    """
    made = folder / "repaired"
    streams = (media.video_index,) if media.audio_index is None else (media.video_index, media.audio_index)
    arguments = command.copy(source, made, streams=streams, until_s=until_s + MARGIN_S, tools=tools)
    finished = await run(arguments, folder=folder, on_output=ProgressReader(lambda out_s: None))
    if finished.code != 0:
        raise SourceRefused(Refusal.DAMAGED, finished.detail())
    return made


async def true_length_s(source: Source, media: MediaInfo, *, folder: Path, tools: Tools) -> float:
    """How long the picture runs once its clock is straight."""
    last_s = 0.0

    def heard(out_s: float) -> None:
        nonlocal last_s
        last_s = out_s

    finished = await run(
        command.skim(source, stream=media.video_index, tools=tools),
        folder=folder,
        on_output=ProgressReader(heard),
    )
    if finished.code != 0:
        raise SourceRefused(Refusal.DAMAGED, finished.detail())
    return last_s
