"""Writes the ffmpeg commands of a render but those of its sound. Nothing is run: a test reads each word."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as graph

from processing.bars import cut_off
from processing.hardware import Hardware
from processing.plan import Plan
from processing.sandbox import input_options
from processing.scaling import Filter
from processing.size import Allowance
from processing.source import Source, address, position
from processing.steady import KEEP_FILTERS, steady
from processing.strategies.base import Stream
from processing.tools import Tools

#: The pass that x264 writes its statistics in, and the one that reads them.
ONLY_PASS, LAST_PASS = 1, 2
STATISTICS = "x264.log"


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """One of several first passes that run together, in nobody's folder: every path is whole."""

    plan: Plan
    sound: Path
    made: Path
    statistics: Path
    allowance: Allowance


def copy(
    source: Source, made: Path, *, streams: tuple[int, ...], until_s: float, sound: str = "copy", tools: Tools
) -> list[str]:
    """Copy streams into a Matroska file, whose time runs from 0 without jumps; or encode `sound` anew."""
    opened = graph.input(address(source), fflags="+genpts", **input_options(source))
    output = graph.output(
        *(opened[str(index)] for index in streams),
        str(made),
        format="matroska",
        t=until_s,
        **{"c:v": "copy", "c:a": sound},
    )
    return compiled(output, tools, strict=False)


def skim(source: Source, *, stream: int, tools: Tools) -> list[str]:
    """Read a stream to its end without decoding it: the last position reported is its length."""
    opened = graph.input(address(source), fflags="+genpts", **input_options(source))
    output = graph.output(opened[str(stream)], "-", format="null", c="copy")
    return compiled(output, tools, strict=False)


def encode_picture(
    plan: Plan,
    source: Source,
    sound: Path,
    made: Path,
    *,
    allowance: Allowance,
    mean_bps: int | None = None,
    hardware: Hardware | None = None,
    threads: int,
    tools: Tools,
) -> list[str]:
    """Encode the scene's picture and put the finished sound beside it.

    With `mean_bps` this is the second pass, which reads the first one's statistics; with `hardware` the only
    pass of a graphics card.
    """
    decoded = _decoded(plan, source, threads)
    if hardware is None:
        picture = framed(plan, decoded)
        encoder = _encoder(plan, allowance, mean_bps)
    else:
        picture = _through(framed(plan, decoded, whole=True), hardware.upload)
        encoder = hardware.encoder(crf=plan.crf, allowance=allowance)
    output = _short(plan, picture, sound, made, encoder=encoder, threads=threads)
    return compiled(output, tools, threads=threads, switches=hardware.switches if hardware else ())


def encode_together(
    encodings: Sequence[Encoding], source: Source, *, threads: int, tools: Tools
) -> list[str]:
    """The first passes of several shorts whose frames are the same: decoded and framed once."""
    plan = encodings[0].plan
    pictures = framed(plan, _decoded(plan, source, threads)).filter_multi_output("split", len(encodings))
    outputs = [
        _short(
            one.plan,
            pictures[index],
            one.sound,
            one.made,
            encoder=_encoder(one.plan, one.allowance, None) | {"passlogfile": str(one.statistics)},
            threads=threads,
        )
        for index, one in enumerate(encodings)
    ]
    return compiled(graph.merge_outputs(*outputs), tools, threads=threads)


def _decoded(plan: Plan, source: Source, threads: int) -> Stream:
    # every frame from the key frame on is read: the one that shows when the scene begins may be an old one
    begun = {"ss": position(plan.start_s - plan.lead_s), "noaccurate_seek": None, "threads": threads}
    opened = graph.input(address(source), **begun, **KEEP_FILTERS, **input_options(source))
    return opened[str(plan.video_index)]


def _short(
    plan: Plan, picture: Stream, sound: Path, made: Path, *, encoder: dict[str, Any], threads: int
) -> Any:
    return graph.output(
        picture,
        graph.input(f"file:{sound}").audio,
        str(made),
        **encoder,
        **{"c:a": "copy"},
        threads=threads,
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
    )


def framed(plan: Plan, stream: Stream, *, whole: bool = False) -> Stream:
    """The filters from a decoded picture to the frames of the short: their bands, or all of them."""
    stream = _through(stream, steady(plan.told))
    if plan.deinterlace:
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    rate = f"{plan.frame_rate.numerator}/{plan.frame_rate.denominator}"
    stream = (
        # frames before the start only count for what the first frame shows: the last one of them; the end is
        # set here, because ffmpeg 5 ends the sound as well where its output is bound to so many frames
        stream.filter("setpts", f"max(PTS-{position(plan.lead_s)}/TB,0)")
        .filter("tpad", stop_mode="clone", stop_duration=plan.hold_s)
        .filter("fps", rate, start_time=0)
        .filter("tpad", stop_mode="clone", stop_duration=plan.padding_s)
        .filter("trim", end_frame=plan.frames)
    )

    name, options = plan.conversion.scaler.by(plan.quality.kernel or plan.strategy.kernel)

    def scale(part: Stream, width: int, height: int) -> Stream:
        return part.filter(name, width, height, **options)

    stream = _through(cut_off(stream, plan.part), plan.conversion.before)
    fill = plan.strategy.frame if whole else plan.strategy.fill
    stream = fill(stream, picture=plan.picture, focus=plan.focus, scale=scale)
    # mastering displays, captions and the like would go into the short
    return _through(stream, plan.conversion.after).filter("setsar", 1).filter("sidedata", "delete")


def _through(stream: Stream, filters: tuple[Filter, ...]) -> Stream:
    for name, options in filters:
        stream = stream.filter(name, **options)
    return stream


def _encoder(plan: Plan, allowance: Allowance, mean_bps: int | None) -> dict[str, Any]:
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": plan.quality.preset,
        "profile:v": "high",
        "level:v": "4.2",
        "passlogfile": STATISTICS,
        "x264-params": plan.tuning.x264,
    }
    if not allowance.is_ample:
        options |= {"maxrate:v": allowance.rate_bps, "bufsize:v": allowance.buffer_bits}
    if mean_bps is None:
        return options | {"crf": plan.crf, "pass": ONLY_PASS, "fastfirstpass": 0}
    return options | {"b:v": mean_bps, "pass": LAST_PASS}


def compiled(
    output: Any,
    tools: Tools,
    *,
    loglevel: str = "warning",
    threads: int = 0,
    strict: bool = True,
    switches: tuple[str, ...] = (),
) -> list[str]:
    """The argument list; when `strict`, ffmpeg stops at the first thing that it cannot read."""
    arguments: list[str] = graph.compile(output, cmd=str(tools.ffmpeg), overwrite_output=True)
    always = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", loglevel]
    always += ["-xerror"] if strict else []
    always += ["-abort_on", "empty_output_stream", "-progress", "pipe:1", "-stats_period", "0.5"]
    if threads:
        always += ["-filter_threads", str(threads), "-filter_complex_threads", str(threads)]
    return [arguments[0], *always, *switches, *arguments[1:]]
