"""Writes the ffmpeg commands that make the sound of a short. Nothing here is run."""

from pathlib import Path

import ffmpeg as graph

from processing.command import compiled
from processing.hearing import SAMPLE_RATE, as_stereo, in_step
from processing.loudness import SHORTEST_S, Leveling
from processing.plan import Plan
from processing.sandbox import input_options
from processing.source import Source, address, position
from processing.strategies.base import Stream
from processing.tools import Tools

#: So long is what is too short for the meter heard, over and over.
REPEATED_S = 3


def scene_sound(plan: Plan, source: Source, unified: Path | None = None) -> Stream:
    """The scene's sound, whole and in step with the picture; silence where there is none.

    It is read from the source, or from what `unify` wrote of it.
    """
    if plan.audio_index is None:
        sound = graph.input(f"anullsrc=r={SAMPLE_RATE}:cl=stereo", f="lavfi").audio
        sound = sound.filter("aformat", sample_fmts="flt", channel_layouts="stereo")
    elif unified is not None:
        # sought by its own times, so that they stay what they are where its sound begins late
        sound = in_step(graph.input(f"file:{unified}", ss=0, seek_timestamp=1).audio)
    else:
        sound = in_step(_opened(plan, source))
    return sound.filter("apad", whole_len=plan.samples).filter("atrim", end_sample=plan.samples)


def unify(plan: Plan, source: Source, made: Path, *, tools: Tools) -> list[str]:
    """Write the scene's sound as stereo of one rate, with its times as they are.

    Where channels or rate change within a track, ffmpeg begins its filters anew, and so what they count:
    these count nothing.
    """
    sound = as_stereo(_opened(plan, source, t=plan.duration_s))
    return compiled(graph.output(sound, str(made), format="matroska", **{"c:a": "pcm_f32le"}), tools)


def _opened(plan: Plan, source: Source, **options: float) -> Stream:
    opened = graph.input(address(source), ss=position(plan.start_s), **options, **input_options(source))
    return opened[str(plan.audio_index)]


def written_sound(whole: Path) -> Stream:
    """The scene's sound in a file, as `listen` or `encode_sound` wrote it."""
    return graph.input(f"file:{whole}").audio


def listen(plan: Plan, source: Source, made: Path, *, unified: Path | None = None, tools: Tools) -> list[str]:
    """Write the scene's sound, and measure its loudness."""
    # its peaks are not asked for: they decide nothing, and cost more than all the rest of the meter
    sound = _metered(scene_sound(plan, source, unified))
    return compiled(graph.output(sound, str(made), **{"c:a": "pcm_f32le"}), tools, loglevel="info")


def encode_sound(
    plan: Plan, sound: Stream, made: Path, *, leveling: Leveling | None, tools: Tools
) -> list[str]:
    """Encode the scene's sound, made louder or softer."""
    sound = (_leveled(sound, leveling) if leveling else sound).filter(
        "aformat", sample_fmts="fltp", sample_rates=SAMPLE_RATE, channel_layouts="stereo"
    )
    output = graph.output(sound, str(made), **{"c:a": "aac", "b:a": f"{plan.audio_kbps}k"})
    return compiled(output, tools)


def rehearse(plan: Plan, sound: Stream, *, leveling: Leveling, tools: Tools) -> list[str]:
    """Measure how loud the scene's sound would become, without encoding it."""
    return _measured(plan, _leveled(sound, leveling), tools)


def measure(plan: Plan, sound: Path, *, tools: Tools) -> list[str]:
    """Measure the loudness of the scene's sound in a file."""
    return _measured(plan, written_sound(sound), tools)


def _leveled(sound: Stream, leveling: Leveling) -> Stream:
    return sound.filter("volume", f"{leveling.gain_db:.2f}dB").filter(
        "alimiter", limit=f"{leveling.limit_db:.2f}dB", level=0, latency=1
    )


def _metered(sound: Stream, **options: str) -> Stream:
    """The sound through EBU R128's meter, of which the summary is read: ffmpeg 5 knows no quieter word."""
    return sound.filter("ebur128", framelog="verbose", **options)


def _measured(plan: Plan, sound: Stream, tools: Tools) -> list[str]:
    if plan.duration_s < SHORTEST_S:
        sound = _repeated(sound)
    heard = _metered(sound, peak="true")
    return compiled(graph.output(heard, "-", format="null"), tools, loglevel="info")


def _repeated(sound: Stream) -> Stream:
    """A short sound over and over, there and back: so it is long enough for the meter, and no seam clicks."""
    copies = sound.filter_multi_output("asplit", 2)
    there_and_back = graph.concat(copies[0], copies[1].filter("areverse"), v=0, a=1)
    return there_and_back.filter("aloop", loop=-1, size=SAMPLE_RATE).filter("atrim", duration=REPEATED_S)
