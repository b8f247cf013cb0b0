"""The queue of videos on their way in: in which lane each of them is, and whose turn it is.

Each time one is begun, its owner's others in that lane go to the end, as in the queue of exports.
"""

import enum
import json
import sqlite3
from collections.abc import Collection
from dataclasses import asdict

import aiosqlite

from storage.database import changed_one, first_row
from storage.intake_models import Intake
from storage.models import REMOTE
from storage.moments import to_text

UNFINISHED = "status IN ('fetching', 'probing', 'detecting')"
_LAST_TURN = f"(SELECT coalesce(max(turn), 0) + 1 FROM intakes WHERE {UNFINISHED})"
_STAYS = f"EXISTS (SELECT 1 FROM videos WHERE id = video_id AND file_key LIKE '{REMOTE}%')"


class Lane(enum.Enum):
    """Where videos wait for the same thing; the value is the condition that one is there."""

    BRINGING = "status IN ('fetching', 'probing')"  #: for its file
    WATCHING = f"status = 'detecting' AND NOT {_STAYS}"  #: for its scenes
    WATCHING_AFAR = f"status = 'detecting' AND {_STAYS}"  #: for the same, but its file is at another server


async def enqueue(connection: aiosqlite.Connection, intake: Intake) -> None:
    """Keep a new intake, behind everyone.

    One that has ended without findings begins anew. Its row stays, for news of that end would go with it, and
    its error, which such news may have to tell.

    Raises:
        sqlite3.IntegrityError: there is one that is unfinished, or has findings.
    """
    if not await changed_one(
        connection,
        f"""
        INSERT INTO intakes (video_id, owner_id, title, url, status, created_at, keep, finds_scenes, wish,
                             turn)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {_LAST_TURN})
        ON CONFLICT (video_id) DO UPDATE SET
            (rowid, owner_id, title, url, status, created_at, keep, finds_scenes, wish, turn, tries,
             finished_at)
            = ((SELECT max(rowid) + 1 FROM intakes), excluded.owner_id, excluded.title, excluded.url,
               excluded.status, excluded.created_at, excluded.keep, excluded.finds_scenes, excluded.wish,
               excluded.turn, 0, NULL)
        WHERE findings IS NULL AND NOT {UNFINISHED}
        """,
        (
            intake.video_id,
            intake.owner_id,
            intake.title,
            intake.url,
            intake.status,
            to_text(intake.created_at),
            intake.keep,
            intake.finds_scenes,
            json.dumps(asdict(intake.wish)) if intake.wish else None,
        ),
    ):
        raise sqlite3.IntegrityError(f"{intake.video_id} is on its way, or has come in with all its scenes")


async def begin(
    connection: aiosqlite.Connection,
    lane: Lane,
    *,
    busy: Collection[str],
    begun: Collection[str],
    of_one_owner: int,
) -> sqlite3.Row | None:
    """The next in that lane, one try more; None: there is none.

    `busy` are those that are being worked on anywhere, `begun` those of this lane: of one owner, no more than
    that many. One that was being probed begins again: its file was in a scratch folder that is gone.
    """
    row = await first_row(
        connection,
        f"""
        UPDATE intakes SET tries = tries + 1, status = iif(status = 'probing', 'fetching', status)
        WHERE video_id = (
            SELECT video_id FROM intakes AS own
            WHERE {lane.value} AND video_id NOT IN (SELECT value FROM json_each(?1))
            AND ?3 > (SELECT count(*) FROM intakes AS other WHERE other.owner_id = own.owner_id
                      AND other.video_id IN (SELECT value FROM json_each(?2)))
            ORDER BY turn, rowid LIMIT 1)
        RETURNING *
        """,
        (json.dumps(list(busy)), json.dumps(list(begun)), of_one_owner),
    )
    if row is not None and row["tries"] == 1:  # a later try takes up the turn of the first
        await connection.execute(
            f"""
            UPDATE intakes SET turn = {_LAST_TURN} WHERE owner_id = ?1 AND {lane.value} AND tries = 0
            """,
            (row["owner_id"],),
        )
    return row
