"""Bounds how many renders run at once. `RenderPool` is the port; `LocalPool` this machine."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Protocol

from processing.company import Company
from processing.ffmpeg import ProgressSink, Tools
from processing.hardware import Hardware
from processing.opener import Opener
from processing.render import RenderJob, Rendition, render
from storage.files import FileStore


class RenderPool(Protocol):
    """Where renders are done. A slot is taken before an export is chosen, so no choice is ever stale."""

    async def acquire(self) -> None:
        """Wait for a free slot and take it."""

    def release(self) -> None:
        """Give the slot back."""

    async def render(
        self, job: RenderJob, *, source_key: str, output_key: str, on_progress: ProgressSink
    ) -> Rendition:
        """Make the short and keep it under `output_key`.

        Raises:
            SourceRefused: the source cannot become this short.
            RenderFailed: it could not be made.
            NothingStored: the source is gone.
        """


def default_size() -> int:
    """One render of one thread a core: the highest throughput, measured."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class LocalPool:
    """A semaphore on this machine's cores."""

    def __init__(
        self,
        *,
        size: int,
        threads: int,
        tools: Tools,
        files: FileStore,
        opener: Opener,
        scratch: Path,
        hardware: Hardware | None = None,
    ) -> None:
        self._slots = asyncio.Semaphore(size)
        self._threads = threads
        self._tools = tools
        self._files = files
        self._opener = opener
        self._scratch = scratch
        self._hardware = hardware
        self._company = Company(scratch)

    async def acquire(self) -> None:
        """Wait for a free slot and take it."""
        await self._slots.acquire()

    def release(self) -> None:
        """Give the slot back."""
        self._slots.release()

    async def render(
        self, job: RenderJob, *, source_key: str, output_key: str, on_progress: ProgressSink
    ) -> Rendition:
        """Render into a folder of its own, which is gone afterwards, and keep the result."""
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="render-") as folder:
            output = Path(folder, "short.mp4")
            async with self._opener.open(source_key) as source:
                with self._company.seat(job, source_key) as seat:
                    rendition = await render(
                        job,
                        source=source,
                        output=output,
                        tools=self._tools,
                        threads=self._threads,
                        hardware=self._hardware,
                        seat=seat,
                        on_progress=on_progress,
                    )
            await self._files.put(output_key, output)
        return rendition
