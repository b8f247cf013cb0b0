"""Keeps how far each running render is, for whoever asks or waits. Nothing here outlives a restart."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from processing.ffmpeg import Progress


class ProgressBoard:
    """The latest progress of every running export."""

    def __init__(self) -> None:
        self._latest: dict[str, Progress] = {}
        self._changed = asyncio.Event()

    @property
    def latest(self) -> Mapping[str, Progress]:
        """Export id -> its progress; an export that is not being rendered has none."""
        return MappingProxyType(self._latest)

    def report(self, export_id: str, progress: Progress) -> None:
        """Write down how far a render is. Percent never goes back."""
        before = self._latest.get(export_id)
        if before is None or progress.percent >= before.percent:
            self._latest[export_id] = progress
            self.ring()

    def forget(self, export_id: str) -> None:
        """The render has ended, well or not."""
        self._latest.pop(export_id, None)
        self.ring()

    def ring(self) -> None:
        """Wake everyone who waits: something about some export is no longer what it was."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Wait for the next change of any export."""
        await self._changed.wait()
