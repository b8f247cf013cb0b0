"""Writes the ffmpeg commands that make the sound of a short. Nothing here is run."""

from pathlib import Path

import ffmpeg as graph

from processing.command import compiled
from processing.hearing import SAMPLE_RATE, in_step
from processing.loudness import Leveling
from processing.plan import Plan
from processing.sandbox import input_options
from processing.source import Source, address, position
from processing.strategies.base import Stream
from processing.tools import Tools


def scene_sound(plan: Plan, source: Source) -> Stream:
    """The scene's sound in the source, whole and in step with the picture; silence where there is none."""
    if plan.audio_index is None:
        sound = graph.input(f"anullsrc=r={SAMPLE_RATE}:cl=stereo", f="lavfi").audio
        sound = sound.filter("aformat", sample_fmts="flt", channel_layouts="stereo")
    else:
        opened = graph.input(address(source), ss=position(plan.start_s), **input_options(source))
        sound = in_step(opened[str(plan.audio_index)])
    return sound.filter("apad", whole_len=plan.samples).filter("atrim", end_sample=plan.samples)


def written_sound(whole: Path) -> Stream:
    """The scene's sound as `listen` wrote it."""
    return graph.input(f"file:{whole}").audio


def listen(plan: Plan, source: Source, made: Path, *, tools: Tools) -> list[str]:
    """Write the scene's sound, and measure its loudness."""
    # its peaks are not asked for: they decide nothing, and cost more than all the rest of the meter
    sound = _metered(scene_sound(plan, source))
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


def rehearse(sound: Stream, *, leveling: Leveling, tools: Tools) -> list[str]:
    """Measure how loud the scene's sound would become, without encoding it."""
    return _measured(_leveled(sound, leveling), tools)


def measure(sound: Path, *, tools: Tools) -> list[str]:
    """Measure the loudness of a finished sound."""
    return _measured(graph.input(f"file:{sound}").audio, tools)


def _leveled(sound: Stream, leveling: Leveling) -> Stream:
    return sound.filter("volume", f"{leveling.gain_db:.2f}dB").filter(
        "alimiter", limit=f"{leveling.limit_db:.2f}dB", level=0, latency=1
    )


def _metered(sound: Stream, **options: str) -> Stream:
    """The sound through EBU R128's meter, of which the summary is read: ffmpeg 5 knows no quieter word."""
    return sound.filter("ebur128", framelog="verbose", **options)


def _measured(sound: Stream, tools: Tools) -> list[str]:
    heard = _metered(sound, peak="true")
    return compiled(graph.output(heard, "-", format="null"), tools, loglevel="info")
