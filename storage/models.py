"""The words of the house: what a video, a scene, an export and a delivery are."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType


class ExportStatus(enum.StrEnum):
    """Where an export stands. `TRANSITIONS` says which step may follow which."""

    PENDING = "pending"  #: accepted and counted against the quota, waiting for a slot
    PROCESSING = "processing"  #: holds a slot, is being rendered
    COMPLETED = "completed"  #: the file is there and its link works
    EXPIRED = "expired"  #: the file's time is over, it is deleted
    FAILED = "failed"  #: the render could not be made; the place in the quota is given back
    CANCELLED = "cancelled"  #: its owner called it off; the place in the quota is given back


#: status -> the statuses that may follow it. `processing -> pending` is an interruption (a restart).
TRANSITIONS: Mapping[ExportStatus, frozenset[ExportStatus]] = MappingProxyType(
    {
        ExportStatus.PENDING: frozenset({ExportStatus.PROCESSING, ExportStatus.CANCELLED}),
        ExportStatus.PROCESSING: frozenset(
            {
                ExportStatus.PENDING,
                ExportStatus.COMPLETED,
                ExportStatus.FAILED,
                ExportStatus.CANCELLED,
            }
        ),
        ExportStatus.COMPLETED: frozenset({ExportStatus.EXPIRED}),
        ExportStatus.EXPIRED: frozenset(),
        ExportStatus.FAILED: frozenset(),
        ExportStatus.CANCELLED: frozenset(),
    }
)

#: Statuses that count against the user's day.
COUNTED = frozenset(
    {ExportStatus.PENDING, ExportStatus.PROCESSING, ExportStatus.COMPLETED, ExportStatus.EXPIRED}
)

#: Statuses of an export that still has work before it.
ACTIVE = frozenset({ExportStatus.PENDING, ExportStatus.PROCESSING})


def sources_of(target: ExportStatus) -> frozenset[ExportStatus]:
    """The statuses from which `target` may be reached in one step."""
    return frozenset(status for status, following in TRANSITIONS.items() if target in following)


#: How the key of a video begins whose file stays at its server.
REMOTE = "remote/"


class Event(enum.StrEnum):
    """News of an export, as destinations hear it."""

    ACCEPTED = "export.accepted"  #: it waits for its turn; told to those alone who ask for it
    PROGRESS = "export.progress"  #: a quarter more of it is made; told to those alone who ask for it
    COMPLETED = "export.completed"  #: the short is there
    FAILED = "export.failed"  #: there will be none, and why
    CANCELLED = "export.cancelled"  #: its owner called it off
    EXPIRED = "export.expired"  #: the link has died


class VideoEvent(enum.StrEnum):
    """News of a video that comes in, as destinations hear it."""

    READY = "video.ready"  #: it is there, and its scenes are, where they are looked for
    FAILED = "video.failed"  #: it could not be had, or nothing could be found in it, and why


@dataclass(frozen=True, kw_only=True)
class Video:
    """A source file that we hold, or that stays at its server, with its probed facts."""

    id: str
    owner_id: str
    title: str
    file_key: str
    size_bytes: int
    duration_s: float
    width: int
    height: int
    has_audio: bool
    created_at: datetime
    #: where it stands in a list, the last to come highest; only rows of lists know it
    place: int = field(default=0, compare=False)

    @property
    def is_remote(self) -> bool:
        """Whether its file stays at its server: then the key names its row in the table of remotes."""
        return self.file_key.startswith(REMOTE)


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A file that stays at its server, and what tells this version of it from every other.

    The address may hold a key: nothing but the connection to that server is ever told it.
    """

    url: str = field(repr=False)
    #: a strong ETag, or the time of its last change
    validator: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The half-open interval `[start_s, end_s)` of a video, in seconds, with the video's owner."""

    id: str
    video_id: str
    owner_id: str
    title: str
    start_s: float
    end_s: float
    created_at: datetime

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a short is made, whatever the scene. Two shorts of the same interval and recipe are the same file.

    `target_mb` (of a million bytes) is a size that must not be passed; every quality has one anyway.
    """

    strategy: str
    quality: str
    #: percent of the way from left to right, where a crop looks
    focus: int = 50
    target_mb: float | None = None
    normalize_loudness: bool = True


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a finished short was measured to be; `notes` say what was decided on the way, a sentence each."""

    width: int
    height: int
    duration_s: float
    size_bytes: int
    video_codec: str
    audio_codec: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Export:
    """A user's request for a short and what became of it.

    `start_s` and `end_s` are copied from the scene (or its trim), so that the export outlives it.
    """

    id: str
    scene_id: str
    video_id: str
    user_id: str
    client: str | None
    title: str
    start_s: float
    end_s: float
    recipe: Recipe
    status: ExportStatus
    attempt: int
    crashes: int
    error: str | None
    token: str
    file_key: str | None
    facts: Facts | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    #: how long its link lives, where it was asked for in a place with a rule of its own
    link_lifetime: timedelta | None = None
    #: where it stands in a list, the last to come highest; only rows of lists know it
    place: int = field(default=0, compare=False)

    @property
    def duration_s(self) -> float:
        """Length asked for, in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where news goes: a notifier's kind and what that notifier needs to find the place."""

    kind: str
    address: Mapping[str, str]
    id: str = ""


class DeliveryStatus(enum.StrEnum):
    """Where a piece of news stands on its way."""

    DUE = "due"  #: to be brought at `next_attempt_at`
    DELIVERED = "delivered"  #: the other side has taken it
    ABANDONED = "abandoned"  #: refused for good, or tried for too long


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One piece of news on its way to one destination, of an export or of a video that comes in."""

    id: str
    export_id: str | None
    destination: Destination
    event: Event | VideoEvent
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime
    last_error: str | None
    created_at: datetime
    percent: int | None = None
    video_id: str | None = None
    #: whose news it is, and where it knocks: what hangs there hangs for all that has the same
    party: str = ""
    door: str = ""
    #: where it stands in a list, the last to come highest; only rows of lists know it
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How much of a user's UTC day is spent."""

    used: int
    limit: int
    resets_at: datetime

    @property
    def remaining(self) -> int:
        """Exports that may still be asked for today."""
        return max(0, self.limit - self.used)
