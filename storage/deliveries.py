"""The tables of destinations and deliveries: who hears of an export or a video, and what is on its way."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

import aiosqlite

from storage.database import Database, changed_one
from storage.identifiers import new_id
from storage.models import Delivery, DeliveryStatus, Destination, Event, VideoEvent
from storage.moments import from_text, to_text

_SELECT = """
SELECT deliveries.*, destinations.kind, destinations.address
FROM deliveries JOIN destinations ON destinations.id = deliveries.destination_id
"""


#: A destination hears its news in order: each waits until the one before it has arrived or was given up.
_DUE = """
status = 'due' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.destination_id = deliveries.destination_id
    AND earlier.status = 'due' AND earlier.rowid < deliveries.rowid
)
"""


async def add_destinations(
    connection: aiosqlite.Connection,
    places: Sequence[Destination],
    *,
    export_id: str | None = None,
    video_id: str | None = None,
) -> None:
    """Keep where news of that export, or of that intake, goes; in the transaction that creates it."""
    await connection.executemany(
        "INSERT INTO destinations (id, export_id, video_id, kind, address) VALUES (?, ?, ?, ?, ?)",
        [
            (new_id("dst"), export_id, video_id, place.kind, json.dumps(dict(place.address)))
            for place in places
        ],
    )


async def announce(connection: aiosqlite.Connection, export_id: str, event: Event, now: datetime) -> bool:
    """Make the news due at every destination, inside the transaction that makes it true.

    A destination may name the events that it wants to hear of. What it has not yet heard of the progress
    is old news then, and holds nothing back.
    """
    await connection.execute(
        "UPDATE deliveries SET status = 'abandoned', last_error = 'there is later news' "
        "WHERE export_id = ? AND event = 'export.progress' AND status = 'due'",
        (export_id,),
    )
    await connection.execute(
        """
        INSERT INTO deliveries (id, export_id, destination_id, client, event, next_attempt_at, created_at)
        SELECT 'dlv_' || lower(hex(randomblob(8))), export_id, id, address ->> 'client', ?1, ?2, ?2
        FROM destinations
        WHERE export_id = ?3
        AND CASE WHEN address ->> 'events' IS NULL THEN ?1 <> 'export.accepted'
            ELSE instr(address ->> 'events', ?1) > 0 END
        """,
        (event.value, to_text(now), export_id),
    )
    return True


async def announce_video(
    connection: aiosqlite.Connection, video_id: str, event: VideoEvent, now: datetime
) -> bool:
    """The same for a video that has come in, or could not; who has heard of an end hears of no other."""
    await connection.execute(
        """
        INSERT INTO deliveries (id, video_id, destination_id, client, event, next_attempt_at, created_at)
        SELECT 'dlv_' || lower(hex(randomblob(8))), video_id, id, address ->> 'client', ?1, ?2, ?2
        FROM destinations
        WHERE video_id = ?3 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE destination_id = destinations.id)
        """,
        (event.value, to_text(now), video_id),
    )
    return True


class Deliveries:
    """News on its way. A row outlives a restart, so no destination is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell_progress(self, export_id: str, percent: int, *, now: datetime) -> bool:
        """Make a progress due where it is asked for, in the place of an earlier one. False: nowhere.

        It never goes back, and it is told only of what is still being made.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                INSERT OR REPLACE INTO deliveries
                    (id, export_id, destination_id, client, event, percent, next_attempt_at, created_at)
                SELECT 'dlv_' || lower(hex(randomblob(8))), exports.id, destinations.id,
                       address ->> 'client', 'export.progress', ?2, ?3, ?3
                FROM exports JOIN destinations ON destinations.export_id = exports.id
                WHERE exports.id = ?1 AND exports.status = 'processing'
                AND instr(address ->> 'events', 'export.progress') > 0
                AND NOT EXISTS (SELECT 1 FROM deliveries WHERE destination_id = destinations.id
                                AND event = 'export.progress' AND percent >= ?2)
                """,
                (export_id, percent, to_text(now)),
            )
            return cursor.rowcount > 0

    async def due(self, now: datetime, *, at_most: int) -> list[Delivery]:
        """What should be brought by now, longest due first."""
        rows = await self._database.fetch_all(
            f"{_SELECT} WHERE {_DUE} AND next_attempt_at <= ? ORDER BY next_attempt_at LIMIT ?",
            (to_text(now), at_most),
        )
        return [_from_row(row) for row in rows]

    async def next_due(self, *, after: datetime) -> datetime | None:
        """When the next attempt after that moment is to be made, if one is planned."""
        row = await self._database.fetch_one(
            f"SELECT min(next_attempt_at) AS moment FROM deliveries WHERE {_DUE} AND next_attempt_at > ?",
            (to_text(after),),
        )
        return from_text(row["moment"]) if row and row["moment"] else None

    async def delivered(self, delivery_id: str) -> bool:
        """`due -> delivered`."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                "UPDATE deliveries SET status = 'delivered', attempts = attempts + 1, last_error = NULL "
                "WHERE id = ? AND status = 'due'",
                (delivery_id,),
            )

    async def postpone(self, delivery_id: str, *, error: str, until: datetime) -> bool:
        """Count a failed attempt and set the next one."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                "UPDATE deliveries SET attempts = attempts + 1, last_error = ?, next_attempt_at = ? "
                "WHERE id = ? AND status = 'due'",
                (error, to_text(until), delivery_id),
            )

    async def abandon(self, delivery_id: str, *, error: str) -> bool:
        """`due -> abandoned`: nobody will try again."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                "UPDATE deliveries SET status = 'abandoned', attempts = attempts + 1, last_error = ? "
                "WHERE id = ? AND status = 'due'",
                (error, delivery_id),
            )

    async def of_export(self, export_id: str) -> list[Delivery]:
        """All news of one export, oldest first."""
        rows = await self._database.fetch_all(
            f"{_SELECT} WHERE deliveries.export_id = ? ORDER BY deliveries.created_at", (export_id,)
        )
        return [_from_row(row) for row in rows]

    async def of_client(
        self,
        client: str,
        *,
        export_id: str | None = None,
        video_id: str | None = None,
        at_most: int,
        after: str | None = None,
    ) -> list[Delivery]:
        """News that goes to a client, newest first; of one export or video, `after` one of them, if named."""
        # what is not asked for is left out: of a condition that may not hold, SQLite uses no index
        before = "rowid < (SELECT rowid FROM deliveries WHERE id = ?)"
        asked = {"export_id = ?": export_id, "video_id = ?": video_id, before: after}
        asked = {f"deliveries.{condition}": value for condition, value in asked.items() if value is not None}
        by = "+" if export_id or video_id else ""  # of one thing there are few, so the client is but compared
        rows = await self._database.fetch_all(
            f"{_SELECT} WHERE {' AND '.join([f'{by}deliveries.client = ?', *asked])} "
            "ORDER BY deliveries.rowid DESC LIMIT ?",
            (client, *asked.values(), at_most),
        )
        return [_from_row(row) for row in rows]

    async def get(self, delivery_id: str) -> Delivery | None:
        """The delivery of that name."""
        row = await self._database.fetch_one(f"{_SELECT} WHERE deliveries.id = ?", (delivery_id,))
        return _from_row(row) if row else None

    async def resend(self, delivery_id: str, *, now: datetime) -> bool:
        """Whatever became of it: bring it (once more), and now. False: there is no such news."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                "UPDATE deliveries SET status = 'due', next_attempt_at = ? WHERE id = ?",
                (to_text(now), delivery_id),
            )

    async def destinations_of(self, export_id: str) -> list[Destination]:
        """Where news of an export goes."""
        rows = await self._database.fetch_all(
            "SELECT id, kind, address FROM destinations WHERE export_id = ? ORDER BY rowid", (export_id,)
        )
        return [_destination(row) for row in rows]

    async def destination(self, destination_id: str) -> Destination | None:
        """A destination, with what has become known of it."""
        row = await self._database.fetch_one(
            "SELECT id, kind, address FROM destinations WHERE id = ?", (destination_id,)
        )
        return _destination(row) if row else None

    async def readdress(self, destination_id: str, address: Mapping[str, str]) -> bool:
        """Write down what has become known of a destination, such as the message that was posted."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                "UPDATE destinations SET address = ? WHERE id = ?",
                (json.dumps(dict(address)), destination_id),
            )


def _destination(row: sqlite3.Row) -> Destination:
    return Destination(id=row["id"], kind=row["kind"], address=json.loads(row["address"]))


def _from_row(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        export_id=row["export_id"],
        video_id=row["video_id"],
        destination=Destination(
            id=row["destination_id"], kind=row["kind"], address=json.loads(row["address"])
        ),
        event=Event(row["event"]) if row["export_id"] else VideoEvent(row["event"]),
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        next_attempt_at=from_text(row["next_attempt_at"]),
        last_error=row["last_error"],
        created_at=from_text(row["created_at"]),
        percent=row["percent"],
    )
