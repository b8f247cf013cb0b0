"""RenderJob to Rendition: probe, plan, run, verify."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from processing import command, size
from processing.errors import RenderFailed, RenderTimedOut
from processing.ffmpeg import Progress, ProgressReader, ProgressSink, demand, run
from processing.ffprobe import anonymous, facts
from processing.meter import Meter
from processing.plan import Plan, RenderJob, check, plan
from processing.repair import needs_repair, repaired
from processing.sound import Sound, make_sound
from processing.tools import Tools
from processing.verify import prove
from storage.models import Facts

__all__ = ["Progress", "ProgressSink", "RenderJob", "Rendition", "render"]

#: Raised whenever the same job may give another file than before, so that older work is not used again.
ENGINE = 1


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """What was made, measured on the finished file; `notes` say what was decided on the way."""

    facts: Facts
    fps: float
    strategy: str
    quality: str
    elapsed_s: float
    notes: tuple[str, ...] = ()


async def render(
    job: RenderJob,
    *,
    source: Path,
    output: Path,
    tools: Tools,
    threads: int = 0,
    on_progress: ProgressSink | None = None,
) -> Rendition:
    """Make the short at `output`: whole and verified, or not at all.

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
            with tempfile.TemporaryDirectory(dir=output.parent, prefix=".render-") as folder:
                workshop = _Workshop(Path(folder), tools=tools, threads=threads, meter=meter)
                made, planned, short = await workshop.make(job, source)
                short.replace(output)
    except TimeoutError as late:
        if not limit.expired():
            raise
        raise RenderTimedOut(f"The render took longer than {job.timeout_s:g} s.") from late
    meter.finish()
    return Rendition(
        facts=made,
        fps=round(float(planned.frame_rate), 3),
        strategy=planned.strategy.name,
        quality=job.quality,
        elapsed_s=round(time.monotonic() - began, 3),
        notes=planned.notes,
    )


class _Workshop:
    """One folder, where one short is made and everything else that it took is left."""

    def __init__(self, folder: Path, *, tools: Tools, threads: int, meter: Meter) -> None:
        self._folder = folder
        self._tools = tools
        self._threads = threads
        self._meter = meter

    async def make(self, job: RenderJob, source: Path) -> tuple[Facts, Plan, Path]:
        """The whole way from a source to a proven file."""
        self._meter.stage("probing", until=1)
        source, planned = await self._planned(job, anonymous(source, self._folder))
        self._meter.stage("measuring", until=6)
        sound = await make_sound(
            planned,
            source,
            folder=self._folder,
            tools=self._tools,
            heard=lambda out_s: self._meter.at(out_s / planned.duration_s),
        )
        short, planned = await self._encoded(planned, source, sound)
        self._meter.stage("verifying", until=99)
        return await prove(short, planned, folder=self._folder, tools=self._tools), planned, short

    async def _planned(self, job: RenderJob, source: Path) -> tuple[Path, Plan]:
        media = await facts(source, folder=self._folder, tools=self._tools)
        if needs_repair(media):
            source = await repaired(source, media, until_s=job.end_s, folder=self._folder, tools=self._tools)
            media = replace(
                await facts(source, folder=self._folder, tools=self._tools), interlaced=media.interlaced
            )
        return source, plan(job, media, filters=self._tools.filters)

    async def _encoded(self, planned: Plan, source: Path, sound: Sound) -> tuple[Path, Plan]:
        """One pass; a second one when the size allowed was so small that the first starved some frames."""
        left = size.picture_bytes(planned.budget_bytes, sound_bytes=sound.size_bytes, frames=planned.frames)
        allowance = size.allowance(left, planned.duration_s)
        is_tight = size.is_tight(allowance)
        first, second = self._folder / "first.mp4", self._folder / "second.mp4"

        async def encode(made: Path, *, until: float, average_bps: int | None = None) -> None:
            self._meter.stage("rendering", until=until)
            finished = await run(
                command.encode_picture(
                    planned,
                    source,
                    sound.path,
                    made,
                    allowance=allowance,
                    average_bps=average_bps,
                    threads=self._threads,
                    tools=self._tools,
                ),
                folder=self._folder,
                on_output=ProgressReader(lambda out_s: self._meter.at(out_s / planned.duration_s)),
            )
            demand(finished)

        await encode(first, until=50 if is_tight else 97)
        statistics = (self._folder / f"{command.STATISTICS}-0.log").read_text()
        fits = first.stat().st_size <= planned.budget_bytes
        if fits and not size.is_starved(statistics, crf=planned.quality.crf):
            return first, planned
        planned = replace(
            planned,
            notes=(*planned.notes, f"quality was given up to stay below {planned.budget_bytes / 1e6:g} MB"),
        )
        await encode(second, until=98, average_bps=size.average_bps(left, planned.duration_s))
        if second.stat().st_size <= planned.budget_bytes:
            return second, planned
        if fits:
            return first, planned
        raise RenderFailed(f"The scene cannot be made to fit {planned.budget_bytes / 1e6:g} MB.")
