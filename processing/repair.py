"""Gives a source whose clock cannot be trusted a straight one, by copying its streams into Matroska."""

from pathlib import Path

from processing import command
from processing.errors import Refusal, RenderFailed, SourceRefused
from processing.ffmpeg import ProgressReader, run
from processing.media import MediaInfo
from processing.source import Source
from processing.tools import Tools

#: Formats made for broadcasting: their clocks jump, wrap and start anywhere.
BROADCAST = frozenset({"mpegts", "mpeg"})
#: The copy goes on this long after the scene, for packets are not stored in the order of showing.
MARGIN_S = 3.0


#: Pictures that Matroska cannot hold. Their clock can be trusted, but they do not tell their length.
UNHELD = frozenset({"apng"})
#: What sound that Matroska cannot hold is written as: that of DVD, Blu-ray and studios is of 24 bits at most.
HELD_SOUND = "pcm_s24le"
#: What ffmpeg says when a format cannot hold a stream.
UNWRITABLE = "Could not write header"


def needs_length(media: MediaInfo) -> bool:
    """Whether what this source tells of its length, if anything, is not to be relied on."""
    return media.format_name in BROADCAST or media.duration_s <= 0


def needs_repair(media: MediaInfo) -> bool:
    """Whether this source's own times are not to be relied on, or it does not tell its length."""
    return needs_length(media) and media.format_name not in UNHELD


async def repaired(source: Source, media: MediaInfo, *, until_s: float, folder: Path, tools: Tools) -> Path:
    """The copy, in `folder`, which holds the chosen streams alone.

    Raises:
        SourceRefused: the streams cannot even be read.
        RenderFailed: they can be, and cannot be written.
    """
    made = folder / "repaired"
    streams = (media.video_index,) if media.audio_index is None else (media.video_index, media.audio_index)
    for sound in ("copy", HELD_SOUND):
        arguments = command.copy(
            source, made, streams=streams, until_s=until_s + MARGIN_S, sound=sound, tools=tools
        )
        finished = await run(arguments, folder=folder, on_output=ProgressReader(lambda out_s: None))
        if finished.code == 0:
            return made
        if UNWRITABLE not in finished.said:
            raise SourceRefused(Refusal.DAMAGED, finished.detail())
    raise RenderFailed("The video could not be processed.", finished.detail())


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
