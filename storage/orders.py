"""Exports that were asked for before their video was there."""

import aiosqlite

from storage.database import Database
from storage.intake_models import Intake, IntakeStatus, Keep
from storage.intake_queue import enqueue
from storage.models import Export


def without_video(export: str) -> str:
    """The condition that the video of that row of exports is on its way, or could not be had."""
    return f"""
    (EXISTS (SELECT 1 FROM intakes WHERE intakes.video_id = {export}.video_id)
     AND NOT EXISTS (SELECT 1 FROM videos WHERE videos.id = {export}.video_id))
    """


async def order_video(connection: aiosqlite.Connection, export: Export, url: str, keep: Keep | None) -> None:
    """Have the video fetched under the name that the export knows, in the transaction that creates both."""
    await enqueue(
        connection,
        Intake(
            video_id=export.video_id,
            owner_id=export.user_id,
            title="",
            url=url,
            status=IntakeStatus.FETCHING,
            created_at=export.created_at,
            keep=keep,
        ),
    )


class Orders:
    """What waits for videos."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def in_vain(self) -> dict[str, str]:
        """Export id -> why its video could not be had, for those that wait for such a video."""
        rows = await self._database.fetch_all(
            f"""
            SELECT own.id, intakes.error FROM exports AS own JOIN intakes ON intakes.video_id = own.video_id
            WHERE own.status = 'pending' AND intakes.status = 'failed' AND {without_video("own")}
            """
        )
        return {row["id"]: row["error"] for row in rows}
