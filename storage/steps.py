"""One guarded change of an export's status."""

from datetime import datetime

import aiosqlite

from storage.database import changed_one
from storage.export_row import listed
from storage.models import ExportStatus, sources_of
from storage.moments import to_text
from storage.orders import without_video
from storage.twins import SAME_WORK

#: `pending -> processing`; which one, follows.
START = "UPDATE exports SET status = 'processing', attempt = attempt + 1, started_at = ? WHERE id ="

#: The one whose turn it is: not before its video is there, nor while its very work is being done for another.
NEXT = f"""
SELECT own.id FROM exports AS own WHERE own.status = 'pending' AND NOT {without_video("own")}
AND NOT EXISTS (SELECT 1 FROM exports AS other WHERE other.status = 'processing' AND {SAME_WORK})
ORDER BY own.turn, own.rowid LIMIT 1
"""
START_NEXT = f"{START} ({NEXT}) RETURNING *"


async def step(
    connection: aiosqlite.Connection,
    export_id: str,
    target: ExportStatus,
    assignments: str,
    values: tuple[str | int, ...],
    *,
    attempt: int | None = None,
    due_by: datetime | None = None,
) -> bool:
    """One guarded step: only from where `TRANSITIONS` allows, only by the attempt that holds the export.

    `due_by` asks also that its time is over: a link that was renewed meanwhile lives on.
    """
    return await changed_one(
        connection,
        f"""
        UPDATE exports SET status = ?, {assignments}
        WHERE id = ? AND status IN ({listed(sources_of(target))}) AND attempt = coalesce(?, attempt)
        AND coalesce(expires_at <= ?, TRUE)
        """,
        (target.value, *values, export_id, attempt, to_text(due_by) if due_by else None),
    )
