"""Makes the pictures of scenes that are shown on Discord, and keeps the last ones at hand."""

import asyncio
import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog
from PIL import Image

from bot.services import Services
from processing.errors import ExportError
from processing.ffprobe import probe
from processing.media import MediaInfo
from processing.source import Source
from processing.stills import thumbnail
from processing.strategy_sheet import strategy_sheet
from processing.tools import Tools
from storage.files import NothingStored
from storage.models import Scene, Video

log = structlog.get_logger()

KEPT = 128
#: A list of scenes does not wait longer than that for its pictures.
PATIENCE_S = 8.0

Maker = Callable[[Source, MediaInfo, float, Tools], Awaitable[Image.Image]]


class Pictures:
    """One picture is made at a time: whoever asks for many must not take the cores from the renders."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._making = asyncio.Lock()
        # a server that takes its time must not hold up the pictures of videos that are here
        self._making_remote = asyncio.Lock()
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    async def thumbnails(self, scenes: list[Scene]) -> dict[str, bytes]:
        """Scene -> its picture, as far as they can be had in time."""
        made: dict[str, bytes] = {}
        try:
            async with asyncio.timeout(PATIENCE_S):
                for scene in scenes:
                    made[scene.id] = await self._of(scene, "thumbnail", _thumbnail)
        except (TimeoutError, NothingStored, ExportError) as error:
            log.info("no picture of a scene", error=type(error).__name__)
        return made

    async def sheet(self, scene: Scene) -> bytes:
        """The middle of the scene under every strategy.

        Raises:
            NothingStored: its video is gone.
            SourceRefused, RenderFailed: there is no picture to take.
        """
        return await self._of(scene, "sheet", _sheet)

    async def _of(self, scene: Scene, kind: str, maker: Maker) -> bytes:
        name = (scene.id, kind)
        video = await self._services.videos.get(scene.video_id)
        if video is None:
            raise NothingStored(scene.video_id)
        async with self._making_remote if video.is_remote else self._making:
            if name not in self._kept:
                self._kept[name] = await self._made(video, scene, maker)
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[name]

    async def _made(self, video: Video, scene: Scene, maker: Maker) -> bytes:
        tools = self._services.tools
        async with self._services.opener.open(video.file_key) as source:
            media = await probe(source, tools=tools)
            picture = await maker(source, media, (scene.start_s + scene.end_s) / 2, tools)
        return await asyncio.to_thread(_jpeg, picture)


async def _thumbnail(source: Source, media: MediaInfo, at_s: float, tools: Tools) -> Image.Image:
    return await thumbnail(source, media, at_s=at_s, tools=tools)


async def _sheet(source: Source, media: MediaInfo, at_s: float, tools: Tools) -> Image.Image:
    return await strategy_sheet(source, media, at_s=at_s, tools=tools)


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=88)
    return written.getvalue()
