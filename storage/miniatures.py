"""The table of miniatures: smaller copies of finished shorts, to be played where the shorts are too large."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database, changed_one, first_row
from storage.moments import to_text

#: Of a short whose link has died nothing is wanted any more.
_LIVES = "EXISTS (SELECT 1 FROM exports WHERE exports.id = export_id AND exports.status = 'completed')"

_NEXT = f"""
SELECT export_id FROM miniatures WHERE status = 'wanted' AND tries < ? AND {_LIVES}
ORDER BY created_at, rowid LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class Miniature:
    """One of them; it has a file as soon as it is made."""

    export_id: str
    limit_bytes: int
    file_key: str | None
    size_bytes: int | None


class Miniatures:
    """At most one a short: `wanted -> made -> shown`, or `wanted -> given_up`; each step a guarded update."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def want(self, export_id: str, *, limit_bytes: int, now: datetime) -> bool:
        """Ask for one that is no larger. False: it was asked for before."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                "INSERT OR IGNORE INTO miniatures (export_id, limit_bytes, created_at) VALUES (?, ?, ?)",
                (export_id, limit_bytes, to_text(now)),
            )

    async def take(self, *, tries: int) -> Miniature | None:
        """The one that has waited longest, and has not been begun so many times; this time is counted."""
        # nearly always there is none, and whoever asks is not to wait for those who write
        if await self._database.fetch_one(_NEXT, (tries,)) is None:
            return None
        async with self._database.transaction() as connection:
            row = await first_row(
                connection,
                f"UPDATE miniatures SET tries = tries + 1 WHERE export_id = ({_NEXT}) RETURNING *",
                (tries,),
            )
        return _from_row(row) if row else None

    async def put_back(self, export_id: str) -> bool:
        """It was broken off on purpose: that was no try."""
        return await self._step(export_id, "tries = tries - 1", "status = 'wanted'")

    async def made(self, export_id: str, *, file_key: str, size_bytes: int) -> bool:
        """`wanted -> made`. False: the link has died meanwhile."""
        return await self._step(
            export_id,
            "status = 'made', file_key = ?, size_bytes = ?",
            f"status = 'wanted' AND {_LIVES}",
            file_key,
            size_bytes,
        )

    async def give_up(self, export_id: str) -> bool:
        """`wanted -> given_up`: it cannot be made."""
        return await self._step(export_id, "status = 'given_up'", "status = 'wanted'")

    async def shown(self, export_id: str) -> bool:
        """`made -> shown`: the cards that could play it do, as far as they are still there."""
        return await self._step(export_id, "status = 'shown'", "status = 'made'")

    async def unshown(self) -> list[Miniature]:
        """Made, and not yet shown."""
        rows = await self._database.fetch_all(
            f"SELECT * FROM miniatures WHERE status = 'made' AND {_LIVES} ORDER BY created_at, rowid"
        )
        return [_from_row(row) for row in rows]

    async def of_export(self, export_id: str) -> Miniature | None:
        """The one of this short, if there is one already."""
        row = await self._database.fetch_one(
            "SELECT * FROM miniatures WHERE export_id = ? AND status IN ('made', 'shown')", (export_id,)
        )
        return _from_row(row) if row else None

    async def _step(self, export_id: str, assignments: str, guard: str, *values: str | int) -> bool:
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                f"UPDATE miniatures SET {assignments} WHERE export_id = ? AND {guard}",
                (*values, export_id),
            )


def _from_row(row: sqlite3.Row) -> Miniature:
    return Miniature(
        export_id=row["export_id"],
        limit_bytes=row["limit_bytes"],
        file_key=row["file_key"],
        size_bytes=row["size_bytes"],
    )
