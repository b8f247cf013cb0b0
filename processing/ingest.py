"""The catalogue: videos that were probed and are kept, and the scenes that their owners cut them into."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

import structlog

from processing.calling_off import aside
from processing.cutting import SceneDraft, altered, drawn, halves, joined, replaced, to_begin_with
from processing.errors import SceneNotFound, StorageFull
from processing.ffmpeg import Tools
from processing.ffprobe import probe
from processing.fingerprint import fingerprint
from processing.media import MediaInfo
from processing.places import SOURCES, delete_album
from processing.titles import one_line
from storage.files import FileStore
from storage.identifiers import new_id
from storage.intake_models import Intake, Wish
from storage.models import REMOTE, Remote, Scene, Video
from storage.scenes import Scenes
from storage.to_the_end import to_the_end
from storage.videos import Videos

log = structlog.get_logger()

CHANGED_MEANWHILE = "The scene is gone, or has been changed meanwhile."
#: More than any disk holds.
UNBOUNDED = 1 << 62


class Library:
    """The catalogue of videos and scenes."""

    def __init__(
        self,
        *,
        videos: Videos,
        scenes: Scenes,
        files: FileStore,
        tools: Tools,
        now: Callable[[], datetime],
        storage_bytes: int = UNBOUNDED,
    ) -> None:
        self._videos = videos
        self._scenes = scenes
        self._files = files
        self._tools = tools
        self._now = now
        self._storage_bytes = storage_bytes
        # between a file and the row that needs it, nobody may delete the one for want of the other
        self.keeping = asyncio.Lock()

    async def add_video(
        self,
        path: Path,
        *,
        owner_id: str,
        name: str,
        title: str | None = None,
        video_id: str | None = None,
        wish: Wish | None = None,
    ) -> Video:
        """Keep the file at `path`, which is gone afterwards, as a video of `owner_id`.

        `name` is the file's own name; it is the title too where no other is given. The same bytes are held
        once, however many videos they are. The scene that it is brought for comes with it.

        Raises:
            SourceRefused: no short can be made of it; the reason says why.
            InvalidTrim: the scene that it is brought for does not lie inside of it.
            StorageFull: the owner holds too much already.
        """
        media = await probe(path, tools=self._tools)
        video_id = video_id or new_id("vid")
        video = Video(
            id=video_id,
            owner_id=owner_id,
            title=one_line(title) or one_line(PurePosixPath(name).name) or video_id,
            file_key=f"{SOURCES}{await aside(fingerprint, path)}",
            size_bytes=path.stat().st_size,
            duration_s=media.duration_s,
            width=media.width,
            height=media.height,
            has_audio=media.has_audio,
            created_at=self._now(),
        )
        scene = to_begin_with(wish, video, now=self._now())
        async with self.keeping:
            await self.demand_room(video.owner_id, video.size_bytes)
            await to_the_end(self._keep(path, video, scene, guild_id=wish.guild_id if wish else None))
        log.info("video added", video_id=video.id, owner_id=owner_id, size_bytes=video.size_bytes)
        return video

    async def demand_room(self, owner_id: str, size_bytes: int) -> None:
        """Go on only when its owner may keep that much more.

        Raises:
            StorageFull: the owner holds too much already.
        """
        videos = await self._videos.of_owner(owner_id)
        held = sum(video.size_bytes for video in videos if not video.is_remote)
        if held + size_bytes > self._storage_bytes:
            raise StorageFull(
                f"Your videos may take {self._storage_bytes / 1e9:g} GB in all. Remove one to make room."
            )

    async def add_remote_video(self, intake: Intake, remote: Remote, media: MediaInfo, *, name: str) -> Video:
        """Keep a video whose file stays at its server, where it takes none of the owner's room.

        Raises:
            InvalidTrim: the scene that it is brought for does not lie inside of it.
        """
        video = Video(
            id=intake.video_id,
            owner_id=intake.owner_id,
            title=one_line(intake.title) or one_line(name) or intake.video_id,
            file_key=f"{REMOTE}{intake.video_id}",
            size_bytes=remote.size_bytes,
            duration_s=media.duration_s,
            width=media.width,
            height=media.height,
            has_audio=media.has_audio,
            created_at=self._now(),
        )
        wish, scene = intake.wish, to_begin_with(intake.wish, video, now=self._now())
        await self._videos.add(video, remote, scene=scene, guild_id=wish.guild_id if wish else None)
        log.info(
            "remote video added", video_id=video.id, owner_id=video.owner_id, size_bytes=video.size_bytes
        )
        return video

    async def video(self, video_id: str, *, owner_id: str) -> Video | None:
        """A user's video. A stranger's is as good as none."""
        video = await self._videos.get(video_id)
        return video if video is not None and video.owner_id == owner_id else None

    async def rename_video(self, video: Video, title: str) -> Video:
        """Give a video another title; one without a letter that can be shown changes nothing."""
        renamed = replace(video, title=one_line(title) or video.title)
        await self._videos.rename(video.id, renamed.title)
        return renamed

    async def remove_video(self, video: Video, *, only_if_idle: bool = False) -> bool:
        """Forget a video with all but the shorts made of it. False: it is gone, or needed after all."""
        async with self.keeping:
            if not await self._videos.remove(video.id, only_if_idle=only_if_idle):
                return False
            if video.file_key not in await self._videos.file_keys():
                await self._files.delete(video.file_key)
        await delete_album(video.id, self._files)
        log.info("video removed", video_id=video.id, owner_id=video.owner_id)
        return True

    async def add_scene(
        self, video: Video, *, start_s: float, end_s: float, title: str | None = None
    ) -> Scene:
        """Keep `[start_s, end_s)` of a video as a scene.

        Raises:
            InvalidTrim: it does not lie inside the video.
        """
        draft = SceneDraft(start_s=start_s, end_s=end_s, title=title)
        scene = drawn(draft, video, now=self._now())
        await self._scenes.add(scene)
        return scene

    async def change_scene(
        self,
        scene: Scene,
        *,
        start_s: float | None = None,
        end_s: float | None = None,
        title: str | None = None,
    ) -> Scene:
        """Rename a scene, or move its ends; what is not named stays as it is.

        Raises:
            InvalidTrim: it would not lie inside the video.
            SceneNotFound: it is gone.
        """
        video = await self._videos.get(scene.video_id)
        if video is not None:
            changed = altered(scene, video, start_s=start_s, end_s=end_s, title=title)
            if await self._scenes.change(changed):
                return changed
        raise SceneNotFound("There is no such scene.")

    async def split_scene(
        self, scene: Scene, *, at_s: float, title: str | None = None
    ) -> tuple[Scene, Scene]:
        """Cut a scene in two: it ends there now, and a new one goes on to where it ended.

        Raises:
            InvalidTrim: the moment does not lie inside of it.
            SceneNotFound: it is gone, or has been moved meanwhile.
        """
        first, second = halves(scene, at_s, title=title, now=self._now())
        if not await self._scenes.rework(scene, first, added=[second]):
            raise SceneNotFound(CHANGED_MEANWHILE)
        return first, second

    async def merge_scenes(self, scenes: Sequence[Scene], *, title: str | None = None) -> Scene:
        """Make one of several that lie side by side in one video: the earliest, which keeps its name.

        Raises:
            InvalidTrim: they do not lie side by side.
            SceneNotFound: one of them is gone, or has been moved meanwhile.
        """
        whole, others = joined(scenes, title=title)
        before = next(scene for scene in scenes if scene.id == whole.id)
        if not await self._scenes.rework(before, whole, removed=others):
            raise SceneNotFound(CHANGED_MEANWHILE)
        return whole

    async def set_scenes(self, video: Video, drafts: Sequence[SceneDraft]) -> list[Scene]:
        """Let these be the scenes of a video, all or none; one that had the same times is still that scene.

        Raises:
            InvalidTrim: one does not lie inside the video, or is named twice.
        """
        before = await self._scenes.of_video(video.id)
        await self._scenes.set_all(video.id, replaced(before, drafts, video, now=self._now()))
        return await self._scenes.of_video(video.id)

    async def scenes_of(self, video: Video) -> list[Scene]:
        """A video's scenes in order of time."""
        return await self._scenes.of_video(video.id)

    async def _keep(self, path: Path, video: Video, scene: Scene | None, *, guild_id: str | None) -> None:
        await self._files.put(video.file_key, path)
        await self._videos.add(video, scene=scene, guild_id=guild_id)
