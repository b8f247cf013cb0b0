"""Counts what the tables hold, for those who watch the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Database
from storage.export_row import listed
from storage.models import ACTIVE

#: Upper bounds of the classes into which waits and renders fall, in seconds.
BOUNDS_S = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How long something took: how often at most each bound, how often at all, and all together."""

    at_most: Mapping[float, int]
    number: int
    total_s: float

    def __add__(self, other: "Spread") -> "Spread":
        return Spread(
            at_most={bound: number + other.at_most[bound] for bound, number in self.at_most.items()},
            number=self.number + other.number,
            total_s=self.total_s + other.total_s,
        )


_NOTHING = Spread(at_most=dict.fromkeys(BOUNDS_S, 0), number=0, total_s=0)
_WAIT, _RENDER = ("created_at", "started_at"), ("started_at", "finished_at")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The state of the service in numbers."""

    exports: Mapping[str, int]
    failures: Mapping[str, int]
    deliveries: Mapping[tuple[str, str], int]
    sources_bytes: int
    shorts_bytes: int
    waits: Spread
    renders: Spread


@dataclass(frozen=True, kw_only=True)
class _Ended:
    """What the rows below one of them have come to: none of these will change any more."""

    below: int
    waits: Spread
    renders: Spread


class Ledger:
    """Counts what is there now, and adds up what took how long: once for what has ended, as that stays so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # replaced as a whole and never changed, so it is right whoever else is adding up meanwhile
        self._ended = _Ended(below=1, waits=_NOTHING, renders=_NOTHING)

    async def figures(self) -> Figures:
        """Everything now."""
        ended = self._ended = await self._closed(self._ended)
        waits = ended.waits + await self._spread(_WAIT, "rowid >= ?", ended.below)
        renders = ended.renders + await self._spread(_RENDER, "rowid >= ?", ended.below)
        return await _counted(self._database, waits=waits, renders=renders)

    async def _closed(self, ended: _Ended) -> _Ended:
        """The same with all that lies before the first that has not ended."""
        row = await self._database.fetch_one(
            f"""
            SELECT coalesce((SELECT min(rowid) FROM exports WHERE status IN ({listed(ACTIVE)})),
                            (SELECT max(rowid) + 1 FROM exports), 1) AS bound
            """
        )
        below, between = max(ended.below, row["bound"] if row else 1), "rowid >= ? AND rowid < ?"
        return _Ended(
            below=below,
            waits=ended.waits + await self._spread(_WAIT, between, ended.below, below),
            renders=ended.renders + await self._spread(_RENDER, between, ended.below, below),
        )

    async def _spread(self, moments: tuple[str, str], which: str, *bounds: int) -> Spread:
        (row,) = await self._database.fetch_all(_spread_sql(*moments, which), bounds)
        return Spread(
            at_most={bound: row[f"at_most_{bound}"] for bound in BOUNDS_S},
            number=row["number"],
            total_s=row["total"],
        )


async def _counted(database: Database, *, waits: Spread, renders: Spread) -> Figures:
    exports = await database.fetch_all("SELECT status, count(*) AS number FROM exports GROUP BY status")
    failures = await database.fetch_all(
        "SELECT error, count(*) AS number FROM exports WHERE status = 'failed' GROUP BY error"
    )
    deliveries = await database.fetch_all(
        """
        SELECT kind, status, count(*) AS number
        FROM deliveries JOIN destinations ON destinations.id = deliveries.destination_id
        GROUP BY kind, status
        """
    )
    sources = await database.fetch_all("SELECT coalesce(sum(size_bytes), 0) AS total FROM videos")
    shorts = await database.fetch_all(
        "SELECT coalesce(sum(facts ->> 'size_bytes'), 0) AS total FROM exports WHERE status = 'completed'"
    )
    return Figures(
        exports={row["status"]: row["number"] for row in exports},
        failures={row["error"]: row["number"] for row in failures},
        deliveries={(row["kind"], row["status"]): row["number"] for row in deliveries},
        sources_bytes=int(sources[0]["total"]),
        shorts_bytes=int(shorts[0]["total"]),
        waits=waits,
        renders=renders,
    )


def _spread_sql(start: str, end: str, which: str) -> str:
    """Seconds between two moments of every export that has had both."""
    classes = ", ".join(f"count(*) FILTER (WHERE took <= {bound}) AS at_most_{bound}" for bound in BOUNDS_S)
    return f"""
    SELECT count(*) AS number, coalesce(sum(took), 0) AS total, {classes}
    FROM (SELECT 86400 * (julianday({end}) - julianday({start})) AS took FROM exports
          WHERE {start} IS NOT NULL AND {end} IS NOT NULL AND {which})
    """
