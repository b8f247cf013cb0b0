"""Brings the pictures of scenes that a list shows: those of the album, as far as they can be had in time."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.services import Services
from processing.errors import ExportError
from storage.files import NothingStored
from storage.models import Scene

log = structlog.get_logger()

#: A list of scenes does not wait longer than that for its pictures.
PATIENCE_S = 8.0


async def thumbnails(scenes: Sequence[Scene], services: Services) -> dict[str, bytes]:
    """Scene -> its picture. One that cannot be taken is left out."""
    taken: dict[str, bytes] = {}
    try:
        async with asyncio.timeout(PATIENCE_S):
            for scene in scenes:
                if picture := await _thumbnail(scene, services):
                    taken[scene.id] = picture
    except TimeoutError:
        log.info("pictures of scenes take too long", wanted=len(scenes), taken=len(taken))
    return taken


async def _thumbnail(scene: Scene, services: Services) -> bytes | None:
    video = await services.videos.get(scene.video_id)
    try:
        return None if video is None else await services.album.thumbnail(video, scene)
    except (NothingStored, ExportError) as error:
        log.info("no picture of a scene", scene_id=scene.id, error=type(error).__name__)
        return None
