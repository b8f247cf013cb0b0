"""Proves that a finished file is the short that was planned."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from processing.errors import Refusal, RenderFailed, SourceRefused
from processing.ffprobe import ask
from processing.plan import Plan
from processing.strategies.base import HEIGHT, WIDTH
from processing.tools import Tools
from storage.models import Facts

HIGHEST_LEVEL = 42
#: Sound and picture may end this far apart.
IN_STEP_S = 0.02
_ENTRIES = (
    "format=duration,size,start_time,nb_streams"
    ":stream=codec_type,codec_name,profile,level,width,height,sample_aspect_ratio,pix_fmt,color_range,color_space,"
    "color_transfer,color_primaries,r_frame_rate,avg_frame_rate,start_time,duration,nb_frames,sample_rate,channels"
)
_PICTURE = {
    "codec_name": "h264",
    "profile": "High",
    "width": WIDTH,
    "height": HEIGHT,
    "sample_aspect_ratio": "1:1",
    "pix_fmt": "yuv420p",
    "color_range": "tv",
    "color_space": "bt709",
    "color_transfer": "bt709",
    "color_primaries": "bt709",
}
_SOUND = {"codec_name": "aac", "profile": "LC", "sample_rate": "48000", "channels": 2}


async def prove(short: Path, plan: Plan, *, folder: Path, tools: Tools) -> Facts:
    """Measure the finished file.

    Raises:
        SourceRefused: it is shorter than the scene, for the source broke off.
        RenderFailed: it is not what was planned.
    """
    answer, finished = await ask(short, folder=folder, tools=tools, entries=_ENTRIES)
    streams = {stream.get("codec_type"): stream for stream in answer.get("streams", [])}
    picture, sound, form = streams.get("video", {}), streams.get("audio", {}), answer.get("format", {})
    if 0 < int(picture.get("nb_frames", 0)) < plan.frames:
        raise SourceRefused(Refusal.DAMAGED, f"{picture['nb_frames']} of {plan.frames} frames")
    wrong = list(_wrong(picture, sound, form, plan))
    if wrong or finished.code != 0:
        raise RenderFailed("The finished video is not what was asked for.", f"{wrong}\n{finished.said}")
    return Facts(
        width=picture["width"],
        height=picture["height"],
        duration_s=float(form["duration"]),
        size_bytes=int(form["size"]),
        video_codec=picture["codec_name"],
        audio_codec=sound["codec_name"],
    )


def _wrong(
    picture: Mapping[str, Any], sound: Mapping[str, Any], form: Mapping[str, Any], plan: Plan
) -> Iterator[str]:
    """Everything about the file that is not as planned."""
    planned = _PICTURE | {"nb_frames": str(plan.frames), "r_frame_rate": _ratio(plan.frame_rate)}
    for stream, wanted in ((picture, planned), (sound, _SOUND), (form, {"nb_streams": 2})):
        for key, value in wanted.items():
            if stream.get(key) != value:
                yield f"{key} is {stream.get(key)}, not {value}"
    for stream in (picture, sound):
        begins, lasts = float(stream.get("start_time", 99)), float(stream.get("duration", 0))
        if abs(begins) > 0.001 or abs(lasts - plan.duration_s) > IN_STEP_S:
            yield f"{stream.get('codec_type')} from {begins} s for {lasts} s, not {plan.duration_s} s"
    if int(picture.get("level", 99)) > HIGHEST_LEVEL:
        yield f"level {picture.get('level')}"
    if int(form.get("size", 0)) > plan.budget_bytes:
        yield f"{form.get('size')} bytes, more than {plan.budget_bytes}"


def _ratio(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"
