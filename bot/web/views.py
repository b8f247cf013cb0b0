"""What callers are told of videos, scenes and problems: rows of the database as JSON objects."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from storage.intake_models import Keep
from storage.models import Scene, Video


class View(BaseModel):
    """A JSON object in an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemView(BaseModel):
    """RFC 9457 problem details. `code` is for programs, `detail` for people."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    title: str
    status: int
    code: str
    detail: str


class VideoView(View):
    """A source video and its measured facts."""

    id: str
    user_id: str
    title: str
    size_bytes: int
    duration_s: float
    width: int
    height: int
    has_audio: bool
    #: where the file is
    keep: Keep
    created_at: datetime

    @classmethod
    def of(cls, video: Video) -> "VideoView":
        """The video as its owner sees it."""
        return cls(
            id=video.id,
            user_id=video.owner_id,
            title=video.title,
            size_bytes=video.size_bytes,
            duration_s=video.duration_s,
            width=video.width,
            height=video.height,
            has_audio=video.has_audio,
            keep=Keep.REMOTE if video.is_remote else Keep.HERE,
            created_at=video.created_at,
        )


class VideosView(View):
    """A page of a user's videos, the last to come first."""

    videos: list[VideoView]
    next_cursor: str | None


class SceneView(View):
    """An interval of a video, in seconds; the end is not part of it."""

    id: str
    video_id: str
    user_id: str
    title: str
    start_s: float
    end_s: float
    duration_s: float
    created_at: datetime

    @classmethod
    def of(cls, scene: Scene) -> "SceneView":
        """The scene as its owner sees it."""
        return cls(
            id=scene.id,
            video_id=scene.video_id,
            user_id=scene.owner_id,
            title=scene.title,
            start_s=scene.start_s,
            end_s=scene.end_s,
            duration_s=round(scene.duration_s, 6),
            created_at=scene.created_at,
        )


class ScenesView(View):
    """A video's scenes in order of time."""

    scenes: list[SceneView]
