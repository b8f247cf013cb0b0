"""What may be asked for: decides about a request without touching anything."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from processing.errors import (
    ExportRefused,
    IdempotencyConflict,
    InvalidTrim,
    QuotaExceeded,
    SceneTooLong,
)
from processing.recipes import check_names, check_recipe, settled
from storage.admission import Admission, Idempotency, Outcome
from storage.identifiers import new_id, new_token
from storage.intake_models import Keep
from storage.models import Destination, Export, ExportStatus, Quota, Recipe, Scene

#: The shortest interval that is worth a file, in seconds.
SHORTEST_S = 0.1
#: So much of a file's name is part of a title.
NAME_CHARACTERS = 80


@dataclass(frozen=True, kw_only=True)
class ExportLimits:
    """The bounds that an operator sets."""

    exports_per_day: int = 10
    failed_per_day: int = 30
    scene_s: float = 180.0
    link_lifetime: timedelta = timedelta(hours=24)
    render_timeout_s: float = 600.0
    error_characters: int = 500
    crashes: int = 3


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What a face hands over. Times, where given, trim the scene and are seconds of the video.

    A `video_id` stands in the place of a scene, too: of the one with these times, made where there is none.
    `guild_id` is the Discord server where it is asked for: a scene may be shared there. A `source_url` stands
    in the place of a scene: its video is fetched first, and the times are those of the scene it will have.
    `link_lifetime` is the rule of the place where it is asked for, within the operator's.
    """

    scene_id: str | None
    recipe: Recipe
    user_id: str
    destinations: Sequence[Destination] = ()
    client: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    idempotency: Idempotency | None = None
    guild_id: str | None = None
    video_id: str | None = None
    source_url: str | None = None
    source_keep: Keep | None = None
    link_lifetime: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An export that exists, what is left of the user's day, and whether it was there before."""

    export: Export
    quota: Quota
    repeated: bool = False


def check_interval(start_s: float, end_s: float, *, within: tuple[float, float], what: str) -> None:
    """`[start_s, end_s)` is an interval inside `within`, all in seconds.

    Raises:
        InvalidTrim: it is not.
    """
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise InvalidTrim("Start and end must be numbers of seconds.")
    if _length_s(start_s, end_s) < SHORTEST_S:
        raise InvalidTrim(f"The end must come at least {SHORTEST_S:g} s after the start.")
    if start_s < within[0] or end_s > within[1]:
        raise InvalidTrim(f"Start and end must lie inside the {what}, {within[0]:g} s to {within[1]:g} s.")


def draft(request: ExportRequest, scene: Scene, *, limits: ExportLimits, now: datetime) -> Export:
    """The export that the request stands for, as yet unknown to the database.

    Raises:
        ExportRefused: a name is unknown, a number makes no sense, or the result would be too long.
    """
    check_names(strategy=request.recipe.strategy, quality=request.recipe.quality)
    start_s = scene.start_s if request.start_s is None else request.start_s
    end_s = scene.end_s if request.end_s is None else request.end_s
    check_interval(start_s, end_s, within=(scene.start_s, scene.end_s), what="scene")
    if (length_s := _length_s(start_s, end_s)) > limits.scene_s:
        raise SceneTooLong(
            f"The scene is {length_s:g} s long; a short may have {limits.scene_s:g} s at most. "
            "Trim it with a start and an end."
        )
    check_recipe(request.recipe, duration_s=length_s)
    return Export(
        id=new_id("exp"),
        scene_id=scene.id,
        video_id=scene.video_id,
        user_id=request.user_id,
        client=request.client,
        title=scene.title,
        start_s=start_s,
        end_s=end_s,
        recipe=settled(request.recipe),
        status=ExportStatus.PENDING,
        attempt=0,
        crashes=0,
        error=None,
        token=new_token(),
        file_key=None,
        facts=None,
        created_at=now,
        started_at=None,
        finished_at=None,
        expires_at=None,
        link_lifetime=request.link_lifetime,
    )


def expiry(export: Export, *, limits: ExportLimits, now: datetime) -> datetime:
    """When a link dies that begins, or begins anew, now: by its place's rule, within the operator's."""
    return now + min(export.link_lifetime or limits.link_lifetime, limits.link_lifetime)


def ordered_scene(request: ExportRequest, url: str, *, now: datetime) -> Scene:
    """The scene that will be there when the video has been fetched, with the names that both will have."""
    start_s, end_s = request.start_s or 0.0, request.end_s or 0.0
    name = PurePosixPath(url.partition("?")[0]).name[:NAME_CHARACTERS]
    return Scene(
        id=new_id("scn"),
        video_id=new_id("vid"),
        owner_id=request.user_id,
        title=f"{name} {start_s:g}-{end_s:g} s",
        start_s=start_s,
        end_s=end_s,
        created_at=now,
    )


def _length_s(start_s: float, end_s: float) -> float:
    """To the microsecond: 190.1 - 10.1 is a little more than 180 to a computer, but not to a user."""
    return round(end_s - start_s, 6)


def accepted(admission: Admission) -> Accepted:
    """What the database's answer means to the one who asked.

    Raises:
        QuotaExceeded, IdempotencyConflict: nothing was created.
    """
    if admission.export is None:
        raise _refusal(admission)
    repeated = admission.outcome is Outcome.REPEATED
    return Accepted(export=admission.export, quota=admission.quota, repeated=repeated)


def _refusal(admission: Admission) -> ExportRefused:
    quota = admission.quota
    if admission.outcome is Outcome.CONFLICT:
        return IdempotencyConflict("That idempotency key was used before, for a different request.")
    if admission.outcome is Outcome.TOO_MANY_FAILURES:
        message = "Too many of today's exports failed or were cancelled."
    else:
        message = f"All {quota.limit} exports of today are used."
    return QuotaExceeded(message, limit=quota.limit, resets_at=quota.resets_at)
