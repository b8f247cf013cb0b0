"""The life of an export: asked for, waited for, rendered, ended; resumed after a restart."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from processing.fulfilment import Fulfilment
from processing.miniatures import Miniaturist
from processing.places import delete_files
from processing.pool import RenderPool
from processing.progress import ProgressBoard
from processing.reception import Reception
from processing.refusals import Refusals
from processing.requests import Accepted, ExportLimits, ExportRequest, expiry
from processing.tally import Failure
from storage.exports import Exports
from storage.files import FileStore
from storage.identifiers import new_token
from storage.models import Export
from storage.orders import Orders

log = structlog.get_logger()

WORN_OUT = "Making this short has been broken off several times, so it was given up."


class Exporter:
    """Takes requests, and starts whose turn it is when a slot is free.

    With `Fulfilment`, it owns every change of an export's status; only the upkeep ends links, too.
    """

    def __init__(
        self,
        *,
        reception: Reception,
        exports: Exports,
        files: FileStore,
        pool: RenderPool,
        board: ProgressBoard,
        limits: ExportLimits,
        fulfilment: Fulfilment,
        miniaturist: Miniaturist,
        orders: Orders,
        now: Callable[[], datetime],
        on_news: Callable[[], None],
        on_order: Callable[[], None],
    ) -> None:
        self._reception = reception
        self._exports = exports
        self._files = files
        self._pool = pool
        self._board = board
        self._limits = limits
        self._fulfilment = fulfilment
        self._miniaturist = miniaturist
        self._orders = orders
        self._now = now
        self._on_news = on_news
        self._on_order = on_order
        self.refusals = Refusals()
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
        with self.refusals.counted():
            answer = await self._reception.admit(request)
        export = answer.export
        if not answer.repeated:
            log.info("export accepted", export_id=export.id, user_id=export.user_id, client=export.client)
            self._asked.set()
            if request.source_url is not None:
                self._on_order()
            self._on_news()
            await self._serve_from_twin(export)
            self._board.ring()
        return answer

    async def want_miniature(self, export: Export, *, limit_bytes: int) -> None:
        """Have a smaller copy made of a finished short, once, when no export needs the slot."""
        if await self._miniaturist.want(export, limit_bytes=limit_bytes):
            self._asked.set()

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
        await delete_files(export, self._files)
        return True

    async def renew(self, export_id: str, *, same_link: bool = False) -> Export | None:
        """A link for as long as the first, in its place. None: its file does not live any more."""
        now = self._now()
        export = await self._exports.get(export_id)
        if export is None:
            return None
        renewed = await self._exports.renew(
            export_id,
            token=None if same_link else new_token(),
            now=now,
            expires_at=expiry(export, limits=self._limits, now=now),
        )
        if renewed is not None:
            log.info("export renewed", export_id=export_id)
        return renewed

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
            await self._miniaturist.acquire_slot(self._pool, self._asked)
            try:
                while not (await self._start_next() or await self._miniaturist.start_next(self._slot_back)):
                    await self._asked.wait()
            except BaseException:
                self._pool.release()
                raise

    async def follow(self, steps: asyncio.Event) -> None:
        """At each step of a video on its way in: exports that wait for it may start, or fail with it."""
        while True:
            steps.clear()
            for export_id, why in (await self._orders.in_vain()).items():
                async with self._claims:
                    if export := await self._exports.start(export_id, self._now()):
                        await self._fulfilment.fail(export, why, Failure.VIDEO_NOT_HAD)
            self._asked.set()
            self._board.ring()
            await steps.wait()

    async def drain(self, patience_s: float) -> None:
        """Give running renders that long, then stop them; whatever was unfinished is pending again.

        It comes after the end of `run`, which would start the next ones.
        """
        await self._miniaturist.stop()
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
            task = asyncio.create_task(self._fulfilment.fulfil(export), name=export.id)
            self._running[export.id] = task
            task.add_done_callback(self._stopped)
        log.info("export started", export_id=export.id, attempt=export.attempt)
        self._board.ring()
        return True

    def _slot_back(self) -> None:
        self._pool.release()
        # whoever waited for the very same work need not wait any more
        self._asked.set()

    def _stopped(self, task: asyncio.Task[None]) -> None:
        self._slot_back()
        del self._running[task.get_name()]
        self._board.forget(task.get_name())
        if not task.cancelled() and (error := task.exception()):
            log.error("the end of an export could not be written", export_id=task.get_name(), exc_info=error)

    async def _put_back(self, export: Export) -> None:
        if export.crashes + 1 >= self._limits.crashes:
            await self._fulfilment.fail(export, WORN_OUT, Failure.WORN_OUT)
        elif await self._exports.interrupt(export, crashed=True):
            log.info("export resumed", export_id=export.id, attempt=export.attempt)

    async def _serve_from_twin(self, export: Export) -> None:
        """Complete at once what has been rendered before: it needs no slot. Else it waits for its turn."""
        try:
            async with self._claims:
                if not await self._fulfilment.has_twin(export):
                    return
                started = await self._exports.start(export.id, self._now())
                if started and not await self._fulfilment.complete_from_twin(started):
                    await self._exports.interrupt(started)
        except Exception:
            # the export is accepted all the same, and `resume` takes up what stands half-way
            log.exception("the finished twin of an export could not be used", export_id=export.id)
