"""Decides, inside one transaction, whether a new export may be created, and creates it.

The queue is start-time fair. An export's `turn` is one more than that of its user's last unfinished export,
or, where there is none, the turn that the queue has reached. Lowest turn first, then oldest: exports start in
order of request, and a user with ten waiting lets the others in between.
"""

import enum
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiosqlite

from storage.database import first_row
from storage.export_row import export_from_row, listed
from storage.identifiers import new_id
from storage.models import ACTIVE, COUNTED, Destination, Export, Quota
from storage.moments import to_text

#: (user, day) -> how many exports count, and how many failed or were cancelled.
COUNTS = f"""
SELECT count(*) FILTER (WHERE status IN ({listed(COUNTED)})) AS used,
       count(*) FILTER (WHERE status NOT IN ({listed(COUNTED)})) AS spoiled
FROM exports WHERE user_id = ? AND day = ?
"""


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
) -> Admission:
    """Count, decide and write, under the caller's write lock."""
    counts = await first_row(connection, COUNTS, (export.user_id, day_of(export.created_at)))
    used, spoiled = (counts["used"], counts["spoiled"]) if counts else (0, 0)
    earlier = await _earlier(connection, export.client, idempotency)
    if earlier is not None and idempotency is not None:
        same = earlier["fingerprint"] == idempotency.fingerprint
        outcome = Outcome.REPEATED if same else Outcome.CONFLICT
    elif used >= at_most:
        outcome = Outcome.OVER_QUOTA
    elif spoiled >= failed_at_most:
        outcome = Outcome.TOO_MANY_FAILURES
    else:
        outcome = Outcome.CREATED
        await _insert(connection, export, idempotency)
        await _insert_destinations(connection, export.id, destinations)
        earlier = await first_row(connection, "SELECT * FROM exports WHERE id = ?", (export.id,))
    granted = earlier is not None and outcome in (Outcome.CREATED, Outcome.REPEATED)
    return Admission(
        outcome=outcome,
        quota=Quota(
            used=used + (outcome is Outcome.CREATED), limit=at_most, resets_at=next_day(export.created_at)
        ),
        export=export_from_row(earlier) if granted and earlier is not None else None,
    )


async def _earlier(
    connection: aiosqlite.Connection, client: str | None, idempotency: Idempotency | None
) -> sqlite3.Row | None:
    if idempotency is None:
        return None
    return await first_row(
        connection,
        "SELECT * FROM exports WHERE client = ? AND idempotency_key = ?",
        (client, idempotency.key),
    )


async def _insert(connection: aiosqlite.Connection, export: Export, idempotency: Idempotency | None) -> None:
    await connection.execute(
        f"""
        INSERT INTO exports (id, scene_id, video_id, user_id, client, title, start_s, end_s, strategy,
                             quality, token, day, idempotency_key, fingerprint, created_at, turn)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(
            (SELECT max(turn) + 1 FROM exports WHERE user_id = ? AND status IN ({listed(ACTIVE)})),
            (SELECT max(turn) FROM exports WHERE started_at IS NOT NULL),
            0))
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
            export.strategy,
            export.quality,
            export.token,
            day_of(export.created_at),
            idempotency.key if idempotency else None,
            idempotency.fingerprint if idempotency else None,
            to_text(export.created_at),
            export.user_id,
        ),
    )


async def _insert_destinations(
    connection: aiosqlite.Connection, export_id: str, destinations: Sequence[Destination]
) -> None:
    await connection.executemany(
        "INSERT INTO destinations (id, export_id, kind, address) VALUES (?, ?, ?, ?)",
        [(new_id("dst"), export_id, place.kind, json.dumps(dict(place.address))) for place in destinations],
    )
