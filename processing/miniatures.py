"""Makes smaller copies of finished shorts, with the slots that no export needs."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from processing.errors import RenderFailed, SourceRefused
from processing.fulfilment import Fulfilment
from processing.places import miniature_key
from processing.pool import RenderPool
from storage.exports import Exports
from storage.files import FileStore, NothingStored
from storage.miniatures import Miniature, Miniatures
from storage.models import Export, Facts, Recipe
from storage.to_the_end import to_the_end

log = structlog.get_logger()

#: The cheapest quality: it is a preview, and the link has the real thing.
QUALITY = "draft"
#: What takes the service down that often is not tried again.
TRIES = 3


class Miniaturist:
    """Owns the steps `wanted -> made` and `wanted -> given_up`: one at a time, and only from the source.

    Where the source is gone there is none: the finished short is not encoded a second time.
    """

    def __init__(
        self,
        *,
        miniatures: Miniatures,
        exports: Exports,
        files: FileStore,
        fulfilment: Fulfilment,
        now: Callable[[], datetime],
        on_made: Callable[[], None],
    ) -> None:
        self._miniatures = miniatures
        self._exports = exports
        self._files = files
        self._fulfilment = fulfilment
        self._now = now
        self._on_made = on_made
        self._task: asyncio.Task[None] | None = None
        self._is_broken_off = False

    async def want(self, export: Export, *, limit_bytes: int) -> bool:
        """Have one made that is no larger. False: it was asked for before."""
        return await self._miniatures.want(export.id, limit_bytes=limit_bytes, now=self._now())

    async def start_next(self, slot_back: Callable[[], None]) -> bool:
        """Use the slot for the one that has waited longest. False: none is wanted, or one is made already."""
        if self._task is not None or (wanted := await self._miniatures.take(tries=TRIES)) is None:
            return False
        self._is_broken_off = False
        self._task = asyncio.create_task(self._make(wanted), name=f"miniature {wanted.export_id}")
        self._task.add_done_callback(self._stopped)
        self._task.add_done_callback(lambda _: slot_back())
        return True

    async def acquire_slot(self, pool: RenderPool, asked: asyncio.Event) -> None:
        """Take a slot. While none is free and an export waits for one, a miniature is broken off for it.

        It is begun again when there is time. `asked` is set whenever there may be an export to start.
        """
        slot = asyncio.create_task(pool.acquire())
        try:
            await asyncio.wait({slot}, timeout=0)
            while not slot.done():
                asked.clear()
                if self._task is not None and await self._exports.anybody_waits():
                    self._break_off()
                await _first_of(slot, asked)
        except BaseException:
            if not slot.cancel() and slot.exception() is None:
                pool.release()  # it was ours already
            raise
        slot.result()

    async def stop(self) -> None:
        """Break off what is being made, and wait until that has ended."""
        if (task := self._task) is not None:
            self._break_off()
            await asyncio.gather(task, return_exceptions=True)

    def _break_off(self) -> None:
        """Once, however often it is asked for: the next time would hit what is done at the end."""
        if self._task is not None and not self._is_broken_off:
            self._is_broken_off = True
            self._task.cancel()

    async def _make(self, wanted: Miniature) -> None:
        try:
            await self._try(wanted)
        except asyncio.CancelledError:
            await to_the_end(self._miniatures.put_back(wanted.export_id))
            raise
        except (SourceRefused, RenderFailed, NothingStored) as error:
            log.info("no miniature", export_id=wanted.export_id, error=type(error).__name__)
            await self._miniatures.give_up(wanted.export_id)
        except Exception:
            log.exception("miniature broke", export_id=wanted.export_id)
            await self._miniatures.give_up(wanted.export_id)

    async def _try(self, wanted: Miniature) -> None:
        export = await self._exports.get(wanted.export_id)
        assert export is not None  # the rows of its miniatures go with it
        key = miniature_key(export)
        recipe = smaller(export.recipe, limit_bytes=wanted.limit_bytes)
        facts: Facts = await self._fulfilment.copy_smaller(export, recipe, output_key=key)
        if await self._miniatures.made(export.id, file_key=key, size_bytes=facts.size_bytes):
            log.info("miniature made", export_id=export.id, size_bytes=facts.size_bytes)
            self._on_made()
        else:
            await self._files.delete(key)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()):
            log.error("the end of a miniature could not be written", exc_info=error)


async def _first_of(task: asyncio.Task[None], event: asyncio.Event) -> None:
    happened = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({task, happened}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        happened.cancel()


def smaller(recipe: Recipe, *, limit_bytes: int) -> Recipe:
    """The same picture in so many bytes, at the least cost."""
    return replace(recipe, quality=QUALITY, target_mb=limit_bytes / 1_000_000)
