"""Opens a video's source by its key, wherever the file is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from processing.source import Source
from storage.files import FileStore


class Opener:
    """Knows where sources are. What it yields is good for as long as the block runs."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    @asynccontextmanager
    async def open(self, key: str) -> AsyncIterator[Source]:
        """What to read the source from.

        Raises:
            NothingStored: there is none under that key.
        """
        async with self._files.fetch(key) as path:
            yield path
