"""Forgets the records of exports whose end is long past."""

from datetime import datetime

from storage.database import Database
from storage.export_row import listed
from storage.models import ExportStatus
from storage.moments import to_text

ENDED = (ExportStatus.EXPIRED, ExportStatus.FAILED, ExportStatus.CANCELLED)


class Records:
    """What is left of exports when nothing will become of them any more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, *, ended_before: datetime, at_most: int) -> int:
        """Delete the oldest, with their news; returns how many. What is still to be told holds its own back.

        The latest row of all stays: SQLite would give its number away again, and lists go by the numbers.
        """
        async with (
            self._database.transaction() as connection,
            connection.execute(
                f"""
                DELETE FROM exports WHERE rowid IN (
                    SELECT rowid FROM exports AS own
                    WHERE status IN ({listed(ENDED)}) AND coalesce(expires_at, finished_at) < ?
                    AND rowid < (SELECT max(rowid) FROM exports)
                    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE export_id = own.id AND status = 'due')
                    ORDER BY rowid LIMIT ?
                )
                """,
                (to_text(ended_before), at_most),
            ) as cursor,
        ):
            return cursor.rowcount
