"""Finds finished work that is the same as work to be done."""

from datetime import datetime

from storage.database import Database
from storage.export_row import export_from_row
from storage.models import Export
from storage.moments import to_text

#: Of one video, two exports (`own` and `other`) that give the same file.
SAME_WORK = """
(other.video_id, other.start_s, other.end_s) = (own.video_id, own.start_s, own.end_s)
AND (other.strategy, other.quality, other.focus, other.target_mb, other.normalize_loudness)
    IS (own.strategy, own.quality, own.focus, own.target_mb, own.normalize_loudness)
"""


class Twins:
    """Exports of other requests, perhaps other users', whose file an export may have, too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def finished(self, export: Export, *, engine: str, now: datetime) -> Export | None:
        """A completed export of the same work by the same engine, its file still there."""
        row = await self._database.fetch_one(
            f"""
            SELECT other.* FROM exports AS own JOIN exports AS other ON {SAME_WORK}
            WHERE own.id = ? AND other.status = 'completed' AND other.engine = ? AND other.expires_at > ?
            ORDER BY other.expires_at DESC LIMIT 1
            """,
            (export.id, engine, to_text(now)),
        )
        return export_from_row(row) if row else None
