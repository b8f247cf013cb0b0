"""The tables of destinations and deliveries: who hears of an export or a video, and what is on its way."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from storage.database import Database, changed_one
from storage.models import Delivery, DeliveryStatus, Destination, Event, VideoEvent
from storage.moments import from_text, to_text

#: Whose news it is: a client's, or a chat's.
_PARTY = "destinations.kind || ' ' || coalesce(deliveries.client, '')"
#: Where it knocks: of an address the scheme and the host, of a chat the channel, or else the user.
_DOOR = f"""
{_PARTY} || ' ' || coalesce(
    substr(address ->> 'url' || '/', 1, 8 + instr(substr(address ->> 'url' || '/', 9), '/')),
    nullif(address ->> 'channel_id', ''), address ->> 'user_id', ''
)
"""
_SELECT = f"""
SELECT deliveries.*, deliveries.rowid AS place, destinations.kind, destinations.address,
    {_PARTY} AS party, {_DOOR} AS door
FROM deliveries JOIN destinations ON destinations.id = deliveries.destination_id
"""

#: New news is due at once; what seems to be due so much later was written before the clock was set back.
_AHEAD = timedelta(seconds=60)

#: A destination hears its news in order: each waits until the one before it has arrived or was given up.
_DUE = """
status = 'due' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.destination_id = deliveries.destination_id
    AND earlier.status = 'due' AND earlier.rowid < deliveries.rowid
)
"""


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

    async def due(
        self,
        now: datetime,
        *,
        at_most: int,
        under_way: Collection[str] = (),
        full: Collection[str] = (),
        latest: datetime | None = None,
    ) -> list[Delivery]:
        """What should be brought by now, longest due first.

        Left out are destinations to which something is under way, and all of a party or a door that is full.
        What is planned for after the `latest` moment, or is new and not due yet, comes with the rest: the
        clock has been set back since that was written.
        """

        async def planned(when: str, *moments: datetime, at_most: int) -> list[Delivery]:
            rows = await self._database.fetch_all(
                f"""
                {_SELECT} WHERE {_DUE} AND {when} AND destination_id NOT IN ({_marks(under_way)})
                AND party NOT IN ({_marks(full)}) AND door NOT IN ({_marks(full)})
                ORDER BY next_attempt_at LIMIT ?
                """,
                (*map(to_text, moments), *under_way, *full, *full, at_most),
            )
            return [_from_row(row) for row in rows]

        found = await planned("next_attempt_at <= ?", now, at_most=at_most)
        if latest is None or len(found) == at_most:
            return found
        too_far = "next_attempt_at > ? AND (attempts = 0 OR next_attempt_at > ?)"
        return found + await planned(too_far, now + _AHEAD, latest, at_most=at_most - len(found))

    async def overtaken(self, delivery_ids: Collection[str]) -> set[str]:
        """Those of these which nobody need hear any more: given up, or others stand in their place."""
        rows = await self._database.fetch_all(
            f"SELECT id FROM deliveries WHERE id IN ({_marks(delivery_ids)}) AND status <> 'abandoned'",
            tuple(delivery_ids),
        )
        return set(delivery_ids) - {row["id"] for row in rows}

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
        after: int | None = None,
    ) -> list[Delivery]:
        """News that goes to a client, newest first; of one export or video, `after` a place, if named."""
        # what is not asked for is left out: of a condition that may not hold, SQLite uses no index
        asked = {"export_id = ?": export_id, "video_id = ?": video_id, "rowid < ?": after}
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


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


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
        party=row["party"],
        door=row["door"],
        place=row["place"],
    )
