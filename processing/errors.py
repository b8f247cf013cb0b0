"""Everything that can go wrong with an export.

ExportError
├── ExportRefused          asked for something that cannot be had; nothing was created
│   ├── SceneNotFound      unknown, or another user's
│   ├── VideoNotFound      the same of a video
│   ├── SceneTooLong
│   ├── InvalidTrim
│   ├── UnknownStrategy
│   ├── UnknownQuality
│   ├── InvalidRecipe      a focus beyond the edges, or too small a file
│   ├── TooManyAtOnce      so many of the user's videos come in already
│   ├── StorageFull        the user's videos take too much already
│   ├── FetchRefused       an address that nothing can be fetched from
│   ├── IdempotencyConflict
│   └── QuotaExceeded      knows the limit and when it resets
├── SourceRefused          a file that no short can be made of; `reason` is one of `Refusal`
└── RenderFailed           ffmpeg, or the proof of its result, said no
    └── RenderTimedOut

ToolsMissing                there is no ffmpeg, or no ffprobe: nothing can be rendered at all

`str(error)` is a sentence for the user. `detail`, where there is one, is for the log.
"""

import enum
from datetime import datetime


class ExportError(Exception):
    """The root: a face that knows nothing more can still show `str(error)`."""

    code = "export_error"


class ExportRefused(ExportError):
    """The request cannot be taken. Nothing was created and nothing was counted."""

    code = "refused"


class SceneNotFound(ExportRefused):
    """There is no such scene for this user."""

    code = "scene_not_found"


class VideoNotFound(ExportRefused):
    """This user has no such video."""

    code = "not_found"


class SceneTooLong(ExportRefused):
    """The scene is longer than a short may be."""

    code = "scene_too_long"


class InvalidTrim(ExportRefused):
    """The trim does not lie inside its scene, or the scene not inside its video."""

    code = "invalid_range"


class UnknownStrategy(ExportRefused):
    """No strategy has that name."""

    code = "unknown_strategy"


class UnknownQuality(ExportRefused):
    """No quality has that name."""

    code = "unknown_quality"


class InvalidRecipe(ExportRefused):
    """The focus lies outside the picture, or the size would not hold the scene."""

    code = "invalid_recipe"


class TooManyAtOnce(ExportRefused):
    """As many of the user's videos are on their way as may be; a later request may be taken."""

    code = "too_many_at_once"


class StorageFull(ExportRefused):
    """The user's videos take too much room already."""

    code = "storage_full"


class FetchRefused(ExportRefused):
    """Nothing can be fetched from that address, however often it is tried."""

    code = "fetch_refused"


class IdempotencyConflict(ExportRefused):
    """The idempotency key was used before, for another request."""

    code = "idempotency_conflict"


class QuotaExceeded(ExportRefused):
    """The user's day is spent."""

    code = "quota_exceeded"

    def __init__(self, message: str, *, limit: int, resets_at: datetime) -> None:
        super().__init__(message)
        self.limit = limit
        self.resets_at = resets_at


class Refusal(enum.StrEnum):
    """The closed list of reasons why a source cannot become a short."""

    EMPTY = "The file is empty."
    NOT_MEDIA = "The file is not a video."
    NO_PICTURE = "The file holds sound, but no moving picture."
    STILL_PICTURE = "The file is a still picture, not a video."
    DAMAGED = "The file is damaged or cut off in that place."
    UNREADABLE = "The video is written in a way that cannot be read here."
    OUTSIDE = "The scene lies outside the video."
    TOO_LONG = "The scene is longer than a short may be."
    TOO_LARGE_A_PICTURE = "The picture is larger than this service takes."
    TOO_LARGE_A_FILE = "The file is larger than this service takes."
    CHANGED = "The video at its address has changed."
    GONE = "The video cannot be had from its address any more."
    READS_TOO_MUCH = "Too much of the video would have to be read from its address."


class SourceRefused(ExportError):
    """The source cannot become this short, however often it is tried."""

    code = "source_refused"

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


class RenderFailed(ExportError):
    """The short could not be made. `detail` holds the command and its last words, for the log."""

    code = "render_failed"

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class RenderTimedOut(RenderFailed):
    """The render took longer than it may, or stood still."""

    code = "render_timed_out"


class ToolsMissing(Exception):
    """There is no ffmpeg or no ffprobe that starts."""
