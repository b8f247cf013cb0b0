"""What the shorts that were made lately say of those to come."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Database
from storage.twins import SAME_WORK

#: So many of the latest shorts of a quality are asked, among so many of the latest of all.
LATEST = 20
LATEST_OF_ALL = 500


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a short will come to, as far as one can tell."""

    size_bytes: float
    render_s: float


async def estimates(database: Database, *, duration_s: float) -> Mapping[str, Estimate]:
    """Quality -> what a short of that length will come to; a quality that nobody has used has none.

    One whose work had been done already, in a short that still lived, was copied and says nothing of renders.
    """
    rows = await database.fetch_all(
        f"""
        WITH lately AS MATERIALIZED (
            SELECT * FROM exports WHERE facts IS NOT NULL AND started_at IS NOT NULL AND target_mb IS NULL
            ORDER BY rowid DESC LIMIT ?)
        SELECT quality, avg((facts ->> 'size_bytes') / length_s) AS bytes, avg(render_s / length_s) AS effort
        FROM (SELECT quality, facts, facts ->> 'duration_s' AS length_s,
                     (julianday(finished_at) - julianday(started_at)) * 86400 AS render_s,
                     row_number() OVER (PARTITION BY quality ORDER BY finished_at DESC) AS place
              FROM lately AS own WHERE NOT EXISTS (
                  SELECT 1 FROM lately AS other
                  WHERE {SAME_WORK} AND other.engine = own.engine AND other.id <> own.id
                  AND other.finished_at <= own.started_at AND own.started_at < other.expires_at))
        WHERE place <= ? GROUP BY quality
        """,
        (LATEST_OF_ALL, LATEST),
    )
    return {
        row["quality"]: Estimate(size_bytes=row["bytes"] * duration_s, render_s=row["effort"] * duration_s)
        for row in rows
    }
