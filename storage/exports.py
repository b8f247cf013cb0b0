"""The table of exports: the fair queue, every guarded step of a life, and what is asked about it.

The queue is first come, first served, and each time an export starts, its user's others go to the end: while
one user waits, every other gets one turn at most, and nobody is overtaken for ever by those who come later.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from storage.admission import COUNTS, LAST_TURN, Admission, Idempotency, admit, day_of, next_day
from storage.announcements import announce
from storage.database import Database, Parameters, first_row
from storage.export_row import export_from_row, listed
from storage.intake_models import Keep
from storage.models import ACTIVE, Destination, Event, Export, ExportStatus, Facts, Quota, Scene
from storage.moments import to_text
from storage.orders import without_video
from storage.steps import NEXT, START, START_NEXT, step


class Exports:
    """Requests for shorts. Every change of status is one guarded update: of two, one is told True."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        export: Export,
        destinations: Sequence[Destination],
        *,
        at_most: int,
        failed_at_most: int,
        idempotency: Idempotency | None = None,
        source_url: str | None = None,
        source_keep: Keep | None = None,
        scene: Scene | None = None,
    ) -> Admission:
        """Admit an export with its destinations, or say why not: one transaction decides and writes.

        A `source_url` has its video ordered from there, a `scene` is kept, in the same transaction.
        """
        async with self._database.transaction() as connection:
            return await admit(
                connection,
                export,
                destinations,
                at_most=at_most,
                failed_at_most=failed_at_most,
                idempotency=idempotency,
                source_url=source_url,
                source_keep=source_keep,
                scene=scene,
            )

    async def start_next(self, now: datetime) -> Export | None:
        """Take the export whose turn it is, if any can be started: `pending -> processing`."""
        async with self._database.transaction() as connection:
            row = await first_row(connection, START_NEXT, (to_text(now),))
            if row is None:
                return None
            if row["attempt"] == 1:  # a later attempt takes up the turn of the first
                await connection.execute(
                    f"UPDATE exports SET turn = {LAST_TURN} WHERE status = 'pending' AND user_id = ?",
                    (row["user_id"],),
                )
        return export_from_row(row)

    async def anybody_waits(self) -> bool:
        """Whether an export could be started."""
        return await self._database.fetch_one(NEXT) is not None

    async def start(self, export_id: str, now: datetime) -> Export | None:
        """Take this export out of its turn: what needs no slot need not wait for one."""
        async with self._database.transaction() as connection:
            row = await first_row(
                connection, f"{START} ? AND status = 'pending' RETURNING *", (to_text(now), export_id)
            )
        return export_from_row(row) if row else None

    async def complete(
        self,
        export: Export,
        *,
        file_key: str,
        facts: Facts,
        engine: str,
        now: datetime,
        expires_at: datetime,
    ) -> bool:
        """`processing -> completed`, told to every destination. False: this attempt is no longer the one."""
        async with self._database.transaction() as connection:
            return await step(
                connection,
                export.id,
                ExportStatus.COMPLETED,
                "file_key = ?, facts = ?, engine = ?, finished_at = ?, expires_at = ?",
                (file_key, json.dumps(asdict(facts)), engine, to_text(now), to_text(expires_at)),
                attempt=export.attempt,
            ) and await announce(connection, export.id, Event.COMPLETED, now)

    async def fail(self, export: Export, *, error: str, now: datetime) -> bool:
        """`processing -> failed`, told to every destination; the place in the quota is free again."""
        async with self._database.transaction() as connection:
            return await step(
                connection,
                export.id,
                ExportStatus.FAILED,
                "error = ?, finished_at = ?",
                (error, to_text(now)),
                attempt=export.attempt,
            ) and await announce(connection, export.id, Event.FAILED, now)

    async def cancel(self, export_id: str, *, now: datetime) -> bool:
        """`pending | processing -> cancelled`; the place in the quota is free again."""
        async with self._database.transaction() as connection:
            return await step(
                connection, export_id, ExportStatus.CANCELLED, "finished_at = ?", (to_text(now),)
            ) and await announce(connection, export_id, Event.CANCELLED, now)

    async def expire(self, export_id: str, *, now: datetime, only_if_due: bool = False) -> bool:
        """`completed -> expired`, told to every destination."""
        due_by = now if only_if_due else None
        async with self._database.transaction() as connection:
            return await step(
                connection, export_id, ExportStatus.EXPIRED, "file_key = NULL", (), due_by=due_by
            ) and await announce(connection, export_id, Event.EXPIRED, now)

    async def renew(
        self, export_id: str, *, token: str | None, now: datetime, expires_at: datetime
    ) -> Export | None:
        """More time for a link that lives, under another token where one is given. None: it does not."""
        async with self._database.transaction() as connection:
            row = await first_row(
                connection,
                "UPDATE exports SET token = coalesce(?, token), expires_at = ? "
                "WHERE id = ? AND status = 'completed' AND expires_at > ? RETURNING *",
                (token, to_text(expires_at), export_id, to_text(now)),
            )
        return export_from_row(row) if row else None

    async def interrupt(self, export: Export, *, crashed: bool = False) -> bool:
        """`processing -> pending`: the work stopped with the service, the request did not."""
        async with self._database.transaction() as connection:
            return await step(
                connection,
                export.id,
                ExportStatus.PENDING,
                "started_at = NULL, crashes = crashes + ?",
                (int(crashed),),
                attempt=export.attempt,
            )

    async def get(self, export_id: str) -> Export | None:
        """The export of that name."""
        return await self._first("SELECT * FROM exports WHERE id = ?", (export_id,))

    async def by_token(self, token: str) -> Export | None:
        """The export whose link bears that token."""
        return await self._first("SELECT * FROM exports WHERE token = ?", (token,))

    async def of_user(self, user_id: str, *, at_most: int, after: int | None = None) -> list[Export]:
        """A user's exports, newest first; those `after` a place, where one is named."""
        return await self._all(
            """
            SELECT *, rowid AS place FROM exports WHERE user_id = ?1 AND (?2 IS NULL OR rowid < ?2)
            ORDER BY rowid DESC LIMIT ?3
            """,
            (user_id, after, at_most),
        )

    async def processing(self) -> list[Export]:
        """What is being rendered, or was when the service died."""
        return await self._all("SELECT * FROM exports WHERE status = 'processing' ORDER BY started_at", ())

    async def unfinished(self) -> int:
        """How many exports wait or are being rendered."""
        row = await self._database.fetch_one(
            f"SELECT count(*) AS number FROM exports WHERE status IN ({listed(ACTIVE)})"
        )
        return int(row["number"]) if row else 0

    async def active_for(self, kind: str) -> list[tuple[Export, Destination]]:
        """Every unfinished export with its destinations of one kind."""
        rows = await self._database.fetch_all(
            f"""
            SELECT exports.*, destinations.id AS destination_id, destinations.address
            FROM exports JOIN destinations ON destinations.export_id = exports.id
            WHERE exports.status IN ({listed(ACTIVE)}) AND destinations.kind = ?
            ORDER BY exports.turn, exports.rowid
            """,
            (kind,),
        )
        return [
            (
                export_from_row(row),
                Destination(id=row["destination_id"], kind=kind, address=json.loads(row["address"])),
            )
            for row in rows
        ]

    async def due(self, now: datetime, *, at_most: int) -> list[Export]:
        """Completed exports whose time is over."""
        return await self._all(
            "SELECT * FROM exports WHERE status = 'completed' AND expires_at <= ? "
            "ORDER BY expires_at LIMIT ?",
            (to_text(now), at_most),
        )

    async def waiting_before(self, export_id: str) -> int | None:
        """How many exports start before this one; None when it does not wait, or for its video."""
        row = await self._database.fetch_one(
            f"""
            SELECT (SELECT count(*) FROM exports AS other
                    WHERE other.status = 'pending'
                    AND (other.turn, other.rowid) < (own.turn, own.rowid)
                    AND NOT {without_video("other")}
                   ) AS before
            FROM exports AS own WHERE own.id = ? AND own.status = 'pending' AND NOT {without_video("own")}
            """,
            (export_id,),
        )
        return None if row is None else int(row["before"])

    async def quota(self, user_id: str, now: datetime, *, limit: int) -> Quota:
        """How much of the user's day is spent."""
        row = await self._database.fetch_one(COUNTS, (user_id, day_of(now)))
        return Quota(used=row["used"] if row else 0, limit=limit, resets_at=next_day(now))

    async def file_keys(self) -> set[str]:
        """Every key that a link still stands for, those of the smaller copies included."""
        rows = await self._database.fetch_all(
            """
            SELECT file_key FROM exports WHERE file_key IS NOT NULL
            UNION ALL SELECT miniatures.file_key FROM miniatures JOIN exports ON exports.id = export_id
            WHERE miniatures.file_key IS NOT NULL AND exports.status = 'completed'
            """
        )
        return {row["file_key"] for row in rows}

    async def _first(self, sql: str, parameters: Parameters) -> Export | None:
        row = await self._database.fetch_one(sql, parameters)
        return export_from_row(row) if row else None

    async def _all(self, sql: str, parameters: Parameters) -> list[Export]:
        return [export_from_row(row) for row in await self._database.fetch_all(sql, parameters)]
