"""Writes the ffmpeg command that watches a video: all of it, its key frames alone, or a window of it."""

from dataclasses import dataclass
from typing import Any

import ffmpeg as graph

from processing.ffprobe import input_options
from processing.hearing import in_step
from processing.media import MediaInfo
from processing.source import Source, address, position
from processing.strategies.base import Stream
from processing.tools import Tools

#: Frames are compared at this size: large enough for a cut, too small for noise.
COMPARED = (160, 90)
#: A sample is a tiny grey picture; so many are taken a second.
SAMPLE_WIDTH, SAMPLE_HEIGHT, SAMPLE_RATE = 32, 18, 10
#: A still is kept so often, this wide.
STILL_EVERY_S, STILL_WIDTH = 2, 320
#: Of key frames that follow each other more quickly than this, some are left out.
KEYS_EVERY_S = 1
#: What a model of speech listens to: one channel, so many samples a second.
SPEECH_RATE = 16_000
#: A row or column at the picture's edge whose mean is darker than this (of 255) belongs to a black bar, where
#: each point brighter than `BAR_SPECK` counts as white: a star or a letter is enough for a row to be lit.
BAR_LIMIT, BAR_SPECK = 10, 64


@dataclass(frozen=True, kw_only=True)
class View:
    """What of a video is watched."""

    #: only key frames are decoded
    keys_only: bool = False
    #: of a window, only the changes of the picture are written down
    begin_s: float = 0.0
    length_s: float | None = None


WHOLE, KEYS = View(), View(keys_only=True)


def command(
    media: MediaInfo, view: View, *, source: Source, tools: Tools, for_speech: bool = False
) -> list[str]:
    """The argument list of the pass, which writes into the folder that it runs in."""
    # one thread: two analyses side by side use two cores better than one that waits for itself
    options: dict[str, Any] = {"threads": 1, **input_options(source)}
    if view.length_s is not None:
        options |= {"ss": position(view.begin_s), "t": view.length_s}
    if view.keys_only:
        options["skip_frame:v"] = "nokey"
    opened = graph.input(address(source), **options)
    picture = opened[str(media.video_index)]
    if view.length_s is not None:
        outputs = [_samples(picture, view)]
    else:
        if view.keys_only:
            picture = picture.filter(
                "select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{KEYS_EVERY_S})"
            )
        copies = picture.filter_multi_output("split", 2)
        outputs = [_samples(copies[0], view), *_stills(copies[1], view)]
        if media.audio_index is not None:
            outputs += _sounds(in_step(opened[str(media.audio_index)]), for_speech=for_speech)
    made = graph.merge_outputs(*outputs).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    arguments: list[str] = graph.compile(made, cmd=str(tools.ffmpeg))
    return arguments


def _samples(picture: Stream, view: View) -> Stream:
    """How much each frame differs from the one before it, to stdout; and tiny grey pictures."""
    compared = (
        picture.filter("scale", *COMPARED, flags="area")
        .filter("format", "gray")
        .filter("scdet", threshold=100)
        .filter("metadata", "print", key="lavfi.scd.mafd", file="pipe:1", direct=1)
    )
    if not view.keys_only:
        compared = compared.filter("fps", SAMPLE_RATE, start_time=0, round="up")
    samples = compared.filter("scale", SAMPLE_WIDTH, SAMPLE_HEIGHT, flags="area")
    return graph.output(samples, "samples.gray", f="rawvideo", pix_fmt="gray", fps_mode="passthrough")


def _stills(picture: Stream, view: View) -> list[Stream]:
    """Small pictures, and which part of them is ever lit."""
    if not view.keys_only:
        picture = picture.filter("fps", f"1/{STILL_EVERY_S}", start_time=0, round="up")
    copies = picture.filter_multi_output("split", 2)
    bars = (
        copies[0]
        .filter("scale", out_range="full")
        .filter("format", "gray")
        .filter("lut", y=f"if(gt(val,{BAR_SPECK}),255,val)")
        .filter("cropdetect", limit=BAR_LIMIT, round=2, reset=0, skip=0)
        .filter("metadata", "print", file="bars.txt")
    )
    small = copies[1].filter("scale", STILL_WIDTH, -2)
    return [
        graph.output(small, "still-%05d.jpg", f="image2", fps_mode="passthrough", **{"q:v": 5}),
        graph.output(bars, "-", f="null"),
    ]


def _sounds(sound: Stream, *, for_speech: bool) -> list[Stream]:
    if not for_speech:
        return [_loudness(sound)]
    copies = sound.filter_multi_output("asplit", 2)
    raw = {"f": "s16le", "ar": SPEECH_RATE, "ac": 1}
    return [_loudness(copies[0]), graph.output(copies[1], "speech.pcm", **raw)]


def _loudness(sound: Stream) -> Stream:
    measured = sound.filter("ebur128", metadata=1).filter(
        "ametadata", "print", key="lavfi.r128.M", file="loudness.txt"
    )
    return graph.output(measured, "-", f="null")
