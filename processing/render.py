"""RenderJob to Rendition: probe, plan, run, verify."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from processing.company import Seat
from processing.effort import foresee
from processing.errors import RenderFailed, RenderTimedOut
from processing.ffmpeg import Progress, ProgressSink
from processing.ffprobe import anonymous, look
from processing.hardware import Hardware
from processing.meter import Meter
from processing.picture import Short, make_picture, make_quickly
from processing.plan import Plan, RenderJob, check, plan
from processing.repair import needs_length, needs_repair, repaired, true_length_s
from processing.sound import Sound, make_sound
from processing.source import Source
from processing.tools import Tools
from processing.verify import prove
from processing.workshop import Workshop
from storage.models import Facts

log = structlog.get_logger()

__all__ = ["Progress", "ProgressSink", "RenderJob", "Rendition", "render"]

#: Raised whenever the same job may give another file than before, so that older work is not used again.
ENGINE = 8


def engine(tools: Tools, hardware: Hardware | None) -> str:
    """What makes the files: those of another are not the same file."""
    return "/".join([str(ENGINE), tools.ffmpeg_version, *([hardware.name] if hardware else [])])


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """What was made, measured on the finished file."""

    facts: Facts
    fps: float
    strategy: str
    quality: str
    elapsed_s: float


async def render(
    job: RenderJob,
    *,
    source: Source,
    output: Path,
    tools: Tools,
    threads: int = 0,
    hardware: Hardware | None = None,
    seat: Seat | None = None,
    on_progress: ProgressSink | None = None,
) -> Rendition:
    """Make the short at `output`: whole and verified, or not at all; with `hardware` where that can do it.

    With a `seat`, what others need as well may be done once for all of them.

    Raises:
        SourceRefused: the source cannot become this short.
        UnknownStrategy: no strategy has that name.
        UnknownQuality: no quality has that name.
        RenderFailed: it could not be made.
        RenderTimedOut: it took too long.
    """
    began = time.monotonic()
    check(job)
    meter = Meter(on_progress)
    try:
        async with asyncio.timeout(job.timeout_s) as limit:
            # whole paths alone: children run in a folder of their own
            with tempfile.TemporaryDirectory(dir=output.absolute().parent, prefix=".render-") as folder:
                workshop = Workshop(
                    folder=Path(folder),
                    tools=tools,
                    threads=threads,
                    meter=meter,
                    hardware=hardware,
                    seat=seat,
                )
                decided, facts, short = await _made(job, source, workshop)
                short.replace(output)
    except TimeoutError as late:
        if not limit.expired():
            raise
        raise RenderTimedOut(f"The render took longer than {job.timeout_s:g} s.") from late
    meter.finish()
    return Rendition(
        facts=facts,
        fps=round(float(decided.frame_rate), 3),
        strategy=decided.strategy.name,
        quality=job.recipe.quality,
        elapsed_s=round(time.monotonic() - began, 3),
    )


async def _made(job: RenderJob, source: Source, workshop: Workshop) -> tuple[Plan, Facts, Path]:
    """The whole way from a source to a proven file."""
    workshop.meter.stage("probing", until=1)
    source, decided = await _planned(job, anonymous(source, workshop.folder), workshop)
    workshop.meter.expect(
        await foresee(
            source,
            start_s=decided.start_s,
            duration_s=decided.duration_s,
            stream=decided.video_index,
            folder=workshop.folder,
            tools=workshop.tools,
        )
    )
    workshop.meter.stage("measuring", until=6)
    sound = await make_sound(decided, source, workshop)
    short, facts = await _encoded(decided, source, sound, workshop)
    notes = (*decided.notes, *filter(None, (sound.note, short.note)))
    return decided, replace(facts, notes=notes), short.path


async def _encoded(decided: Plan, source: Source, sound: Sound, workshop: Workshop) -> tuple[Short, Facts]:
    """A proven file: by hardware where there is any, by software where that does not do what was planned."""

    async def proven(short: Short) -> tuple[Short, Facts]:
        workshop.meter.stage("verifying", until=99)
        return short, await prove(short.path, decided, folder=workshop.folder, tools=workshop.tools)

    if workshop.hardware is not None:
        try:
            return await proven(await make_quickly(decided, source, sound, workshop, workshop.hardware))
        except RenderFailed as error:
            log.info(
                "software encodes instead",
                encoder=workshop.hardware.name,
                error=str(error),
                detail=error.detail,
            )
    return await proven(await make_picture(decided, source, sound, workshop))


async def _planned(job: RenderJob, source: Source, workshop: Workshop) -> tuple[Source, Plan]:
    folder, tools = workshop.folder, workshop.tools
    media = await look(source, folder=folder, tools=tools)
    if needs_repair(media):
        # its time runs otherwise than what detection has heard
        job = replace(job, loudness_lufs=None)
        source = await repaired(source, media, until_s=job.end_s, folder=folder, tools=tools)
        # the copy no longer tells that its fields are apart
        media = replace(await look(source, folder=folder, tools=tools), interlaced=media.interlaced)
    elif needs_length(media):
        length_s = await true_length_s(source, media, folder=folder, tools=tools)
        media = replace(media, duration_s=length_s)
    return source, plan(job, media, filters=tools.filters)
