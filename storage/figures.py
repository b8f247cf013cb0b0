"""Counts what the tables hold, for those who watch the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Database
from storage.orders import without_video

#: In the place of `pending`, for those who watch: it waits for its video, and no slot would help it.
FETCHING = "fetching"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The state of the service in numbers."""

    exports: Mapping[str, int]
    failures: Mapping[str, int]
    deliveries: Mapping[tuple[str, str], int]
    sources_bytes: int
    shorts_bytes: int


async def figures(database: Database) -> Figures:
    """Everything now."""
    exports = await database.fetch_all(
        f"""
        SELECT CASE WHEN status = 'pending' AND {without_video("exports")} THEN '{FETCHING}' ELSE status END
            AS stands, count(*) AS number
        FROM exports GROUP BY stands
        """
    )
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
        exports={row["stands"]: row["number"] for row in exports},
        failures={row["error"]: row["number"] for row in failures},
        deliveries={(row["kind"], row["status"]): row["number"] for row in deliveries},
        sources_bytes=int(sources[0]["total"]),
        shorts_bytes=int(shorts[0]["total"]),
    )
