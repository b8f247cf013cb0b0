"""Decides, inside one transaction, whether a new export may be created, and creates it."""

import enum
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import aiosqlite

from storage.announcements import add_destinations, announce
from storage.database import first_row
from storage.export_row import export_from_row, listed
from storage.intake_models import Keep
from storage.models import ACTIVE, COUNTED, Destination, Event, Export, Quota, Scene
from storage.moments import to_text
from storage.orders import order_video
from storage.scenes import add_scene

#: (user, day) -> how many exports count, and how many failed or were cancelled.
COUNTS = f"""
SELECT count(*) FILTER (WHERE status IN ({listed(COUNTED)})) AS used,
       count(*) FILTER (WHERE status NOT IN ({listed(COUNTED)})) AS spoiled
FROM exports WHERE user_id = ? AND day = ?
"""

#: (client, key) -> the export that was asked for under that key.
EARLIER = "SELECT * FROM exports WHERE client IS ? AND idempotency_key = ?"

#: Behind everyone who waits or is being rendered.
LAST_TURN = f"(SELECT coalesce(max(turn), 0) + 1 FROM exports WHERE status IN ({listed(ACTIVE)}))"


@dataclass(frozen=True, kw_only=True)
class Idempotency:
    """A client's own name for a request, and the fingerprint of what that name stands for."""

    key: str
    fingerprint: str


class Outcome(enum.Enum):
    """What became of an attempt to create an export."""

    CREATED = enum.auto()  #: a new export
    REPEATED = enum.auto()  #: the key was used before for the same request: that export
    CONFLICT = enum.auto()  #: the key was used before for another request
    OVER_QUOTA = enum.auto()  #: the day is spent
    TOO_MANY_FAILURES = enum.auto()  #: the day's failed and cancelled tries are spent


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What became of it; `export` is there when the outcome is created or repeated."""

    outcome: Outcome
    quota: Quota
    export: Export | None = None


def day_of(moment: datetime) -> str:
    """The UTC day on whose quota a moment counts."""
    return moment.astimezone(UTC).date().isoformat()


def next_day(moment: datetime) -> datetime:
    """When the quota of that moment's day resets: the next midnight, UTC."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


async def admit(
    connection: aiosqlite.Connection,
    export: Export,
    destinations: Sequence[Destination],
    *,
    at_most: int,
    failed_at_most: int,
    idempotency: Idempotency | None,
    source_url: str | None,
    source_keep: Keep | None,
    scene: Scene | None,
) -> Admission:
    """Count, decide and write, under the caller's write lock."""
    counts = await first_row(connection, COUNTS, (export.user_id, day_of(export.created_at)))
    used, spoiled = (counts["used"], counts["spoiled"]) if counts else (0, 0)
    quota = Quota(used=used, limit=at_most, resets_at=next_day(export.created_at))
    if idempotency and (earlier := await first_row(connection, EARLIER, (export.client, idempotency.key))):
        return again(earlier, idempotency, quota)
    if used >= at_most:
        return Admission(outcome=Outcome.OVER_QUOTA, quota=quota)
    if spoiled >= failed_at_most:
        return Admission(outcome=Outcome.TOO_MANY_FAILURES, quota=quota)
    if scene is not None:
        await add_scene(connection, scene)
    await _insert(connection, export, idempotency)
    await add_destinations(connection, destinations, export_id=export.id)
    await announce(connection, export.id, Event.ACCEPTED, export.created_at)
    if source_url is not None:
        await order_video(connection, export, source_url, source_keep)
    return Admission(outcome=Outcome.CREATED, quota=replace(quota, used=used + 1), export=export)


def again(earlier: sqlite3.Row, idempotency: Idempotency, quota: Quota) -> Admission:
    """What becomes of a request whose key was used before, for that row."""
    if earlier["fingerprint"] != idempotency.fingerprint:
        return Admission(outcome=Outcome.CONFLICT, quota=quota)
    return Admission(outcome=Outcome.REPEATED, quota=quota, export=export_from_row(earlier))


async def _insert(connection: aiosqlite.Connection, export: Export, idempotency: Idempotency | None) -> None:
    await connection.execute(
        f"""
        INSERT INTO exports (id, scene_id, video_id, user_id, client, title, start_s, end_s,
                             strategy, quality, focus, target_mb, normalize_loudness, link_s,
                             token, day, idempotency_key, fingerprint, created_at, turn)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {LAST_TURN})
        """,
        (
            export.id,
            export.scene_id,
            export.video_id,
            export.user_id,
            export.client,
            export.title,
            export.start_s,
            export.end_s,
            export.recipe.strategy,
            export.recipe.quality,
            export.recipe.focus,
            export.recipe.target_mb,
            export.recipe.normalize_loudness,
            export.link_lifetime and export.link_lifetime.total_seconds(),
            export.token,
            day_of(export.created_at),
            idempotency.key if idempotency else None,
            idempotency.fingerprint if idempotency else None,
            to_text(export.created_at),
        ),
    )
