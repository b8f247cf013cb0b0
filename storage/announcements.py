"""Makes news due in the transaction that makes it true, at every destination that was named for it."""

import json
from collections.abc import Sequence
from datetime import datetime

import aiosqlite

from storage.identifiers import new_id
from storage.models import Destination, Event, VideoEvent
from storage.moments import to_text


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
