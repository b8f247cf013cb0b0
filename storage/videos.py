"""The table of videos."""

import sqlite3
from datetime import datetime

from storage.database import Database, changed_one
from storage.models import Remote, Scene, Video
from storage.moments import from_text, to_text
from storage.remotes import add_remote
from storage.scenes import add_scene

_SHARE = "INSERT INTO shares (video_id, guild_id) VALUES (?, ?) ON CONFLICT DO NOTHING"

#: No export waits for it or is made of it.
_IDLE = """NOT EXISTS (
    SELECT 1 FROM exports WHERE video_id = videos.id AND status IN ('pending', 'processing'))"""


class Videos:
    """Source files that we hold, by owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        video: Video,
        remote: Remote | None = None,
        *,
        scene: Scene | None = None,
        guild_id: str | None = None,
    ) -> None:
        """Keep a video whose file is already in its place, or stays where `remote` says.

        With it comes the scene that it was brought for, and the Discord server that it is shared with.
        """
        async with self._database.transaction() as connection:
            await connection.execute(
                """
                INSERT INTO videos (id, owner_id, title, file_key, size_bytes, duration_s, width, height,
                                    has_audio, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (
                    video.id,
                    video.owner_id,
                    video.title,
                    video.file_key,
                    video.size_bytes,
                    video.duration_s,
                    video.width,
                    video.height,
                    video.has_audio,
                    to_text(video.created_at),
                ),
            )
            if remote is not None:
                await add_remote(connection, video, remote)
            if scene is not None:
                await add_scene(connection, scene)
            if guild_id is not None:
                await connection.execute(_SHARE, (video.id, guild_id))

    async def get(self, video_id: str) -> Video | None:
        """The video of that name, whoever owns it."""
        row = await self._database.fetch_one("SELECT * FROM videos WHERE id = ?", (video_id,))
        return _from_row(row) if row else None

    async def of_owner(self, owner_id: str) -> list[Video]:
        """A user's videos, newest first."""
        rows = await self._database.fetch_all(
            "SELECT * FROM videos WHERE owner_id = ? ORDER BY created_at DESC, id", (owner_id,)
        )
        return [_from_row(row) for row in rows]

    async def page_of(self, owner_id: str, *, at_most: int, after: int | None) -> list[Video]:
        """Some of a user's videos, the last to come first; those `after` a place, where one is named."""
        rows = await self._database.fetch_all(
            """
            SELECT *, rowid AS place FROM videos WHERE owner_id = ?1 AND (?2 IS NULL OR rowid < ?2)
            ORDER BY rowid DESC LIMIT ?3
            """,
            (owner_id, after, at_most),
        )
        return [_from_row(row) for row in rows]

    async def rename(self, video_id: str, title: str) -> bool:
        """Write another title. False: it is gone."""
        async with self._database.transaction() as connection:
            return await changed_one(
                connection, "UPDATE videos SET title = ? WHERE id = ?", (title, video_id)
            )

    async def idle_since(self, moment: datetime) -> list[Video]:
        """The videos that came before that moment and that no export still needs."""
        rows = await self._database.fetch_all(
            f"SELECT * FROM videos WHERE created_at < ? AND {_IDLE} ORDER BY created_at, id",
            (to_text(moment),),
        )
        return [_from_row(row) for row in rows]

    async def remove(self, video_id: str, *, only_if_idle: bool = False) -> bool:
        """Forget a video with its scenes. False: it is gone already, or an export needs it after all."""
        guard = f" AND {_IDLE}" if only_if_idle else ""
        async with self._database.transaction() as connection:
            return await changed_one(connection, f"DELETE FROM videos WHERE id = ?{guard}", (video_id,))

    async def share(self, video_id: str, guild_id: str) -> None:
        """Let the members of a Discord server make shorts of it."""
        async with self._database.transaction() as connection:
            await connection.execute(_SHARE, (video_id, guild_id))

    async def ids(self) -> set[str]:
        """The name of every video."""
        return {row["id"] for row in await self._database.fetch_all("SELECT id FROM videos")}

    async def file_keys(self) -> set[str]:
        """Every key that a video still needs."""
        return {row["file_key"] for row in await self._database.fetch_all("SELECT file_key FROM videos")}


def _from_row(row: sqlite3.Row) -> Video:
    return Video(
        id=row["id"],
        owner_id=row["owner_id"],
        title=row["title"],
        file_key=row["file_key"],
        size_bytes=row["size_bytes"],
        duration_s=row["duration_s"],
        width=row["width"],
        height=row["height"],
        has_audio=bool(row["has_audio"]),
        created_at=from_text(row["created_at"]),
        place=row["place"] if "place" in row.keys() else 0,  # noqa: SIM118 - a row is searched by values
    )
