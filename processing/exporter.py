"""The life of an export: asked for, waited for, rendered, ended; resumed after a restart."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from processing.errors import RenderFailed, SceneNotFound, SourceRefused
from processing.pool import RenderPool
from processing.progress import ProgressBoard
from processing.render import RenderJob, Rendition
from processing.requests import Accepted, ExportLimits, ExportRequest, accepted, draft
from storage.exports import Exports
from storage.files import FileStore, NothingStored
from storage.identifiers import new_token
from storage.models import Export, Facts
from storage.scenes import Scenes
from storage.twins import Twins
from storage.videos import Videos

log = structlog.get_logger()

#: What a user reads when the fault is ours and its cause says nothing to them.
OUR_FAULT = "Something went wrong on our side while making the short. You may ask for it again."
WORN_OUT = "Making this short has been broken off several times, so it was given up."
SOURCE_GONE = "The video of this scene is no longer there."


class Exporter:
    """Takes requests, starts whose turn it is when a slot is free, and writes down how each one ended.

    It owns every change of an export's status, save that the upkeep ends links whose time is over.
    """

    def __init__(
        self,
        *,
        videos: Videos,
        scenes: Scenes,
        exports: Exports,
        files: FileStore,
        pool: RenderPool,
        board: ProgressBoard,
        limits: ExportLimits,
        twins: Twins,
        engine: str,
        now: Callable[[], datetime],
        on_news: Callable[[], None],
    ) -> None:
        self._videos = videos
        self._scenes = scenes
        self._exports = exports
        self._files = files
        self._pool = pool
        self._board = board
        self._limits = limits
        self._twins = twins
        self._engine = engine
        self._now = now
        self._on_news = on_news
        self._running: dict[str, asyncio.Task[None]] = {}
        self._asked = asyncio.Event()
        # between the row that says `processing` and the task that makes it true, nobody may look
        self._claims = asyncio.Lock()

    async def request(self, request: ExportRequest) -> Accepted:
        """Accept an export, or refuse it and create nothing.

        Raises:
            SceneNotFound: unknown, or another user's.
            ExportRefused: any other reason, as its class says.
        """
        scene = await self._scenes.open_to(
            request.scene_id, user_id=request.user_id, guild_id=request.guild_id
        )
        if scene is None:
            raise SceneNotFound("There is no such scene.")
        export = draft(request, scene, limits=self._limits, now=self._now())
        admission = await self._exports.create(
            export,
            request.destinations,
            at_most=self._limits.exports_per_day,
            failed_at_most=self._limits.failed_per_day,
            idempotency=request.idempotency,
        )
        answer = accepted(admission)
        if not answer.repeated:
            log.info("export accepted", export_id=export.id, user_id=export.user_id, client=export.client)
            if not await self._serve_from_twin(answer.export):
                self._asked.set()
            self._board.ring()
        return answer

    async def cancel(self, export_id: str) -> bool:
        """Call an unfinished export off. False: it has ended already."""
        if not await self._exports.cancel(export_id, now=self._now()):
            return False
        log.info("export cancelled", export_id=export_id)
        if task := self._running.get(export_id):
            task.cancel()
        self._on_news()
        self._board.ring()
        return True

    async def withdraw(self, export_id: str) -> bool:
        """End the link of a completed export now, and delete its file. False: it has no link that lives."""
        export = await self._exports.get(export_id)
        if export is None or export.file_key is None:
            return False
        if not await self._exports.expire(export_id, now=self._now()):
            return False
        log.info("export withdrawn", export_id=export_id)
        self._on_news()
        await self._files.delete(export.file_key)
        return True

    async def renew(self, export_id: str) -> Export | None:
        """A fresh link for as long as the first, in its place. None: its file does not live any more."""
        now = self._now()
        expires_at = now + self._limits.link_lifetime
        export = await self._exports.renew(export_id, token=new_token(), now=now, expires_at=expires_at)
        if export is not None:
            log.info("export renewed", export_id=export_id)
        return export

    async def resume(self) -> None:
        """Put back in the queue what is `processing` but rendered by nobody, such as after a crash."""
        async with self._claims:
            for export in await self._exports.processing():
                if export.id not in self._running:
                    await self._put_back(export)
        self._asked.set()

    async def run(self) -> None:
        """Start exports until cancelled: first a slot, then whose turn it is."""
        while True:
            await self._pool.acquire()
            try:
                while not await self._start_next():
                    await self._asked.wait()
            except BaseException:
                self._pool.release()
                raise

    async def drain(self, patience_s: float) -> None:
        """Give running renders that long, then stop them; whatever was unfinished is pending again.

        It comes after the end of `run`, which would start the next ones.
        """
        if tasks := list(self._running.values()):
            await asyncio.wait(tasks, timeout=patience_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for export in await self._exports.processing():
            await self._exports.interrupt(export)

    async def _start_next(self) -> bool:
        """Give the slot to the export whose turn it is. False: nobody waits."""
        self._asked.clear()
        async with self._claims:
            export = await self._exports.start_next(self._now())
            if export is None:
                return False
            task = asyncio.create_task(self._process(export), name=export.id)
            self._running[export.id] = task
            task.add_done_callback(self._stopped)
        log.info("export started", export_id=export.id, attempt=export.attempt)
        self._board.ring()
        return True

    def _stopped(self, task: asyncio.Task[None]) -> None:
        self._pool.release()
        # whoever waited for the very same work need not wait any more
        self._asked.set()
        del self._running[task.get_name()]
        self._board.forget(task.get_name())
        if not task.cancelled() and (error := task.exception()):
            log.error("the end of an export could not be written", export_id=task.get_name(), exc_info=error)

    async def _put_back(self, export: Export) -> None:
        if export.crashes + 1 >= self._limits.crashes:
            await self._end_badly(export, WORN_OUT)
        elif await self._exports.interrupt(export, crashed=True):
            log.info("export resumed", export_id=export.id, attempt=export.attempt)

    async def _process(self, export: Export) -> None:
        """Render one export and write down how it ended. Who cancels this writes down why."""
        try:
            facts = await self._borrowed(export) or (await self._render(export)).facts
        except (SourceRefused, RenderFailed) as error:
            log.warning("render failed", export_id=export.id, code=error.code, detail=error.detail)
            await self._end_badly(export, str(error))
        except NothingStored:
            await self._end_badly(export, SOURCE_GONE)
        except Exception:
            # whatever it was, the user must not wait for ever
            log.exception("render broke", export_id=export.id)
            await self._end_badly(export, OUR_FAULT)
        else:
            await self._end_well(export, facts)

    async def _serve_from_twin(self, export: Export) -> bool:
        """Complete at once what has been rendered before. False: it has its turn to wait for."""
        async with self._claims:
            if await self._twins.finished(export, engine=self._engine, now=self._now()) is None:
                return False
            started = await self._exports.start(export.id, self._now())
            if started is None:
                return False
            if (facts := await self._borrowed(started)) is None:
                await self._exports.interrupt(started)
                return False
            await self._end_well(started, facts)
            return True

    async def _borrowed(self, export: Export) -> Facts | None:
        """The file of a finished export of the same work, if there is one: nothing is rendered twice."""
        twin = await self._twins.finished(export, engine=self._engine, now=self._now())
        if twin is None or twin.file_key is None:
            return None
        try:
            await self._files.copy(twin.file_key, _output_key(export))
        except NothingStored:
            return None
        log.info("render reused", export_id=export.id, twin_id=twin.id)
        return twin.facts

    async def _render(self, export: Export) -> Rendition:
        video = await self._videos.get(export.video_id)
        if video is None:
            raise NothingStored(export.video_id)
        job = RenderJob(
            start_s=export.start_s,
            end_s=export.end_s,
            strategy=export.strategy,
            quality=export.quality,
            timeout_s=self._limits.render_timeout_s,
        )
        return await self._pool.render(
            job,
            source_key=video.file_key,
            output_key=_output_key(export),
            on_progress=lambda progress: self._board.report(export.id, progress),
        )

    async def _end_well(self, export: Export, facts: Facts) -> None:
        now = self._now()
        completed = await self._exports.complete(
            export,
            file_key=_output_key(export),
            facts=facts,
            engine=self._engine,
            now=now,
            expires_at=now + self._limits.link_lifetime,
        )
        if completed:
            log.info("export completed", export_id=export.id, size_bytes=facts.size_bytes)
            self._on_news()
        else:
            await self._files.delete(_output_key(export))

    async def _end_badly(self, export: Export, error: str) -> None:
        if await self._exports.fail(export, error=error[: self._limits.error_characters], now=self._now()):
            log.info("export failed", export_id=export.id, error=error)
            self._on_news()


def _output_key(export: Export) -> str:
    """The same for every attempt, so that a repeated one replaces what an interrupted one left."""
    return f"exports/{export.user_id}/{export.id}.mp4"
