"""Takes the picture that stands for a short until it plays, and keeps the last ones at hand."""

import asyncio
import io
from collections import OrderedDict

from PIL import Image

from bot.services import Services
from processing.ffprobe import probe
from processing.stills import thumbnail
from storage.models import Export

KEPT = 64
QUALITY = 80


class Posters:
    """One picture is taken at a time: whoever asks for many must not take the cores from the renders."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._taking = asyncio.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def of(self, export: Export) -> bytes:
        """The picture from the middle of a short, as JPEG.

        Raises:
            NothingStored: its file is gone.
            SourceRefused, RenderFailed: there is no picture to take.
        """
        async with self._taking:
            if export.id not in self._kept:
                self._kept[export.id] = await self._taken(export)
            self._kept.move_to_end(export.id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[export.id]

    async def _taken(self, export: Export) -> bytes:
        async with self._services.files.fetch(export.file_key or "") as path:
            media = await probe(path, tools=self._services.tools)
            picture = await thumbnail(path, media, at_s=media.duration_s / 2, tools=self._services.tools)
        return await asyncio.to_thread(_jpeg, picture)


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY, progressive=True)
    return written.getvalue()
