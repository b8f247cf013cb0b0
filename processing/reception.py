"""Takes a request in: finds out what it is about, and has it admitted or refused."""

from collections.abc import Callable
from datetime import datetime

from processing.cutting import SceneDraft, drawn
from processing.errors import SceneNotFound, VideoNotFound
from processing.requests import Accepted, ExportLimits, ExportRequest, accepted, draft, ordered_scene
from storage.admission import Admission
from storage.exports import Exports
from storage.models import Scene
from storage.repetitions import Repetitions
from storage.scenes import Scenes
from storage.videos import Videos


class Reception:
    """Looks up first what a key stands for: a repetition has the same answer, whatever has changed since."""

    def __init__(
        self,
        *,
        videos: Videos,
        scenes: Scenes,
        exports: Exports,
        repetitions: Repetitions,
        limits: ExportLimits,
        now: Callable[[], datetime],
    ) -> None:
        self._videos = videos
        self._scenes = scenes
        self._exports = exports
        self._repetitions = repetitions
        self._limits = limits
        self._now = now

    async def admit(self, request: ExportRequest) -> Accepted:
        """Create the export, or find the one that its key stands for.

        Raises:
            ExportRefused: nothing was created, no scene either.
        """
        if known := await self._known(request):
            return accepted(known)
        scene, is_new = await self._scene(request)
        admission = await self._exports.create(
            draft(request, scene, limits=self._limits, now=self._now()),
            request.destinations,
            at_most=self._limits.exports_per_day,
            failed_at_most=self._limits.failed_per_day,
            idempotency=request.idempotency,
            source_url=request.source_url,
            source_keep=request.source_keep,
            scene=scene if is_new else None,
        )
        return accepted(admission)

    async def _known(self, request: ExportRequest) -> Admission | None:
        if request.idempotency is None:
            return None
        limit = self._limits.exports_per_day
        quota = await self._exports.quota(request.user_id, self._now(), limit=limit)
        return await self._repetitions.of(request.client, request.idempotency, quota=quota)

    async def _scene(self, request: ExportRequest) -> tuple[Scene, bool]:
        """The scene, and whether it has to be kept with the export."""
        if request.source_url is not None:  # its arrival keeps it
            return ordered_scene(request, request.source_url, now=self._now()), False
        if request.video_id is not None:
            return await self._part(request, request.video_id)
        scene = await self._scenes.open_to(
            request.scene_id or "", user_id=request.user_id, guild_id=request.guild_id
        )
        if scene is None:
            raise SceneNotFound("There is no such scene.")
        return scene, False

    async def _part(self, request: ExportRequest, video_id: str) -> tuple[Scene, bool]:
        video = await self._videos.get(video_id)
        if video is None or video.owner_id != request.user_id:
            raise VideoNotFound("There is no such video.")
        times = request.start_s or 0.0, request.end_s or 0.0
        for scene in await self._scenes.of_video(video.id):
            if (scene.start_s, scene.end_s) == times:
                return scene, False
        return drawn(SceneDraft(start_s=times[0], end_s=times[1]), video, now=self._now()), True
