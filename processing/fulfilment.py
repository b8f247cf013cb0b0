"""Fulfils one started export: its file is borrowed or rendered, and how it ended is written down."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from processing.errors import RenderFailed, SourceRefused
from processing.ffmpeg import ProgressSink
from processing.places import short_key
from processing.pool import RenderPool
from processing.progress import ProgressBoard
from processing.render import RenderJob, Rendition
from processing.requests import ExportLimits, expiry
from processing.soundtrack import of_scene
from processing.tally import Failure, Tally
from storage.exports import Exports
from storage.files import FileStore, NothingStored
from storage.intake_models import Lit
from storage.intakes import Intakes
from storage.models import Export, Facts, Recipe
from storage.soundtracks import Soundtracks
from storage.to_the_end import to_the_end
from storage.twins import Twins
from storage.videos import Videos

log = structlog.get_logger()

#: What a user reads when the fault is ours and its cause says nothing to them.
OUR_FAULT = "Something went wrong on our side while making the short. You may ask for it again."
SOURCE_GONE = "The video of this scene is no longer there."


class Fulfilment:
    """Owns the steps `processing -> completed` and `processing -> failed`."""

    def __init__(
        self,
        *,
        videos: Videos,
        exports: Exports,
        twins: Twins,
        intakes: Intakes,
        soundtracks: Soundtracks,
        files: FileStore,
        pool: RenderPool,
        board: ProgressBoard,
        limits: ExportLimits,
        engine: str,
        tally: Tally,
        now: Callable[[], datetime],
        on_news: Callable[[], None],
    ) -> None:
        self._videos = videos
        self._exports = exports
        self._twins = twins
        self._intakes = intakes
        self._soundtracks = soundtracks
        self._files = files
        self._pool = pool
        self._board = board
        self._limits = limits
        self._engine = engine
        self._tally = tally
        self._now = now
        self._on_news = on_news

    async def fulfil(self, export: Export) -> None:
        """Render one export and write down how it ended. Who cancels this writes down why; no file stays."""
        try:
            await self._brought_to_an_end(export)
        except asyncio.CancelledError:
            await to_the_end(self._tidy(export))
            raise

    async def has_twin(self, export: Export) -> bool:
        """Whether the same work has been done, by the engine that we have now."""
        return await self._twin(export, await self._intakes.lit(export.video_id)) is not None

    async def complete_from_twin(self, export: Export) -> bool:
        """Complete it with the file of a finished export of the same work. False: there is none any more."""
        lit = await self._intakes.lit(export.video_id)
        facts = await self._borrowed(export, lit)
        if facts is not None:
            await self._end_well(export, facts, lit)
        return facts is not None

    async def copy_smaller(self, export: Export, recipe: Recipe, *, output_key: str) -> Facts:
        """Render the same part of the same video by another recipe, beside the export and without telling.

        Raises:
            SourceRefused, RenderFailed: it cannot be made.
            NothingStored: the video is gone.
        """
        lit = await self._intakes.lit(export.video_id)
        rendition = await self._render(
            export, recipe, lit, output_key=output_key, on_progress=lambda progress: None
        )
        return rendition.facts

    async def fail(self, export: Export, error: str, failure: Failure) -> None:
        """`processing -> failed`, with a sentence for the user."""
        now = self._now()
        if await self._exports.fail(export, error=error[: self._limits.error_characters], now=now):
            log.info("export failed", export_id=export.id, error=error)
            self._tally.failures[failure] += 1
            self._ended(export, now)
            self._on_news()

    async def _brought_to_an_end(self, export: Export) -> None:
        try:
            lit = await self._intakes.lit(export.video_id)
            facts = await self._borrowed(export, lit) or await self._rendered(export, lit)
        except (SourceRefused, RenderFailed) as error:
            log.warning("render failed", export_id=export.id, code=error.code, detail=error.detail)
            await self.fail(export, str(error), Failure(error.code))
        except NothingStored:
            await self.fail(export, SOURCE_GONE, Failure.VIDEO_GONE)
        except Exception:
            # whatever it was, the user must not wait for ever
            log.exception("render broke", export_id=export.id)
            await self.fail(export, OUR_FAULT, Failure.OUR_FAULT)
        else:
            await self._end_well(export, facts, lit)

    async def _twin(self, export: Export, lit: Lit | None) -> Export | None:
        return await self._twins.finished(export, engine=self._engine_for(lit), now=self._now())

    def _engine_for(self, lit: Lit | None) -> str:
        """A short that was made before the bars of its video were known is not the same work."""
        return self._engine if lit is None else f"{self._engine}/{'-'.join(map(str, lit))}"

    async def _borrowed(self, export: Export, lit: Lit | None) -> Facts | None:
        """The file of a finished export of the same work, if there is one: nothing is rendered twice."""
        twin = await self._twin(export, lit)
        if twin is None or twin.file_key is None:
            return None
        try:
            await self._files.copy(twin.file_key, short_key(export))
        except OSError as error:
            # gone, or this disk cannot have it twice: then it is rendered after all
            log.info("render not reused", export_id=export.id, twin_id=twin.id, error=type(error).__name__)
            return None
        log.info("render reused", export_id=export.id, twin_id=twin.id)
        return twin.facts

    async def _rendered(self, export: Export, lit: Lit | None) -> Facts:
        rendition = await self._render(
            export,
            export.recipe,
            lit,
            output_key=short_key(export),
            on_progress=lambda progress: self._board.report(export.id, progress),
        )
        return rendition.facts

    async def _render(
        self, export: Export, recipe: Recipe, lit: Lit | None, *, output_key: str, on_progress: ProgressSink
    ) -> Rendition:
        video = await self._videos.get(export.video_id)
        if video is None:
            raise NothingStored(export.video_id)
        job = RenderJob(
            start_s=export.start_s,
            end_s=export.end_s,
            recipe=recipe,
            lit=lit,
            loudness_lufs=await self._loudness(export),
            timeout_s=self._limits.render_timeout_s,
            longest_s=self._limits.scene_s,
        )
        return await self._pool.render(
            job, source_key=video.file_key, output_key=output_key, on_progress=on_progress
        )

    async def _loudness(self, export: Export) -> float | None:
        """As far as detection has heard it: then the render need not."""
        momentary = await self._soundtracks.get(export.video_id)
        return None if momentary is None else of_scene(momentary, export.start_s, export.end_s)

    async def _end_well(self, export: Export, facts: Facts, lit: Lit | None) -> None:
        now = self._now()
        completed = await self._exports.complete(
            export,
            file_key=short_key(export),
            facts=facts,
            engine=self._engine_for(lit),
            now=now,
            expires_at=expiry(export, limits=self._limits, now=now),
        )
        if completed:
            log.info("export completed", export_id=export.id, size_bytes=facts.size_bytes)
            self._ended(export, now)
            self._on_news()
        else:
            await self._files.delete(short_key(export))

    async def _tidy(self, export: Export) -> None:
        """Delete the file that was in its place already, unless a link stands for it."""
        current = await self._exports.get(export.id)
        if current is None or current.file_key is None:
            await self._files.delete(short_key(export))

    def _ended(self, export: Export, now: datetime) -> None:
        if export.started_at is not None:
            self._tally.waits.note(export.started_at - export.created_at)
            self._tally.renders.note(now - export.started_at)
