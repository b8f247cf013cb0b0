"""How an export is written as a row and read back."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import timedelta

from storage.models import Export, ExportStatus, Facts, Recipe
from storage.moments import from_optional, from_text


def export_from_row(row: sqlite3.Row) -> Export:
    """The export that a row of the table stands for."""
    return Export(
        id=row["id"],
        scene_id=row["scene_id"],
        video_id=row["video_id"],
        user_id=row["user_id"],
        client=row["client"],
        title=row["title"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        recipe=Recipe(
            strategy=row["strategy"],
            quality=row["quality"],
            focus=row["focus"],
            target_mb=row["target_mb"],
            normalize_loudness=bool(row["normalize_loudness"]),
        ),
        status=ExportStatus(row["status"]),
        attempt=row["attempt"],
        crashes=row["crashes"],
        error=row["error"],
        token=row["token"],
        file_key=row["file_key"],
        facts=_facts(row["facts"]) if row["facts"] else None,
        created_at=from_text(row["created_at"]),
        started_at=from_optional(row["started_at"]),
        finished_at=from_optional(row["finished_at"]),
        expires_at=from_optional(row["expires_at"]),
        link_lifetime=None if row["link_s"] is None else timedelta(seconds=row["link_s"]),
        place=row["place"] if "place" in row.keys() else 0,  # noqa: SIM118 - a row is searched by values
    )


def _facts(text: str) -> Facts:
    known = json.loads(text)
    # rows from before there were notes have none
    return Facts(**known | {"notes": tuple(known.get("notes", ()))})


def listed(statuses: Iterable[ExportStatus]) -> str:
    """Statuses as the inside of an SQL `IN (…)`."""
    return ", ".join(f"'{status.value}'" for status in sorted(statuses))
