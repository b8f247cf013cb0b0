"""Counts what the tables hold, for those who watch the service."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.database import Database

#: Upper bounds of the classes into which waits and renders fall, in seconds.
BOUNDS_S = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How long something took: how often at most each bound, how often at all, and all together."""

    at_most: Mapping[float, int]
    number: int
    total_s: float


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


async def figures(database: Database) -> Figures:
    """Count everything now."""
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
        waits=_spread(await database.fetch_all(_spread_sql("created_at", "started_at"))),
        renders=_spread(await database.fetch_all(_spread_sql("started_at", "finished_at"))),
    )


def _spread_sql(start: str, end: str) -> str:
    """Seconds between two moments of every export that has had both."""
    classes = ", ".join(f"count(*) FILTER (WHERE took <= {bound}) AS at_most_{bound}" for bound in BOUNDS_S)
    return f"""
    SELECT count(*) AS number, coalesce(sum(took), 0) AS total, {classes}
    FROM (SELECT 86400 * (julianday({end}) - julianday({start})) AS took FROM exports
          WHERE {start} IS NOT NULL AND {end} IS NOT NULL)
    """


def _spread(rows: Sequence[sqlite3.Row]) -> Spread:
    (row,) = rows
    return Spread(
        at_most={bound: row[f"at_most_{bound}"] for bound in BOUNDS_S},
        number=row["number"],
        total_s=row["total"],
    )
