"""The table of scenes."""

import json
import sqlite3
from collections.abc import Sequence

import aiosqlite

from storage.database import Database, changed_one, first_row
from storage.folding import folded
from storage.models import Scene
from storage.moments import from_text, to_text

_SELECT = "SELECT scenes.*, videos.owner_id FROM scenes JOIN videos ON videos.id = scenes.video_id"
#: The user ?1 may make shorts of it: it is their own, or shared with the Discord server ?2. Written so that
#: what others have is not looked through.
_OPEN = """
videos.id IN (SELECT mine.id FROM videos AS mine WHERE mine.owner_id = ?1
              UNION SELECT shares.video_id FROM shares WHERE shares.guild_id = ?2)
"""


class Scenes:
    """Intervals of videos. A scene belongs to the owner of its video."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, scene: Scene) -> None:
        """Keep a scene of a video that is there."""
        async with self._database.transaction() as connection:
            await add_scene(connection, scene)

    async def change(self, scene: Scene) -> bool:
        """Write title and times anew. False: it is gone. What was measured in other times is forgotten."""
        async with self._database.transaction() as connection:
            return await _write(connection, scene)

    async def rework(
        self, before: Scene, after: Scene, *, added: Sequence[Scene] = (), removed: Sequence[Scene] = ()
    ) -> bool:
        """Change one scene, add and remove others, at once.

        False, and nothing has happened: one of those that were there is gone or has other times by now.
        """
        async with self._database.transaction() as connection:
            for scene in (before, *removed):
                if not await _stands(connection, scene):
                    return False
            for scene in removed:
                await connection.execute("DELETE FROM scenes WHERE id = ?", (scene.id,))
            for scene in added:
                await add_scene(connection, scene)
            return await _write(connection, after)

    async def set_all(self, video_id: str, scenes: Sequence[Scene]) -> None:
        """Let these be the scenes of a video: what is not among them is removed, what is new is added."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM scenes WHERE video_id = ? AND id NOT IN (SELECT value FROM json_each(?))",
                (video_id, json.dumps([scene.id for scene in scenes])),
            )
            for scene in scenes:
                if not await _write(connection, scene):
                    await add_scene(connection, scene)

    async def remove(self, scene_id: str) -> bool:
        """Forget a scene; shorts made of it keep their recipe. False: it is gone already."""
        async with self._database.transaction() as connection:
            return await changed_one(connection, "DELETE FROM scenes WHERE id = ?", (scene_id,))

    async def get(self, scene_id: str) -> Scene | None:
        """The scene of that name, whoever owns it."""
        row = await self._database.fetch_one(f"{_SELECT} WHERE scenes.id = ?", (scene_id,))
        return _from_row(row) if row else None

    async def of_video(self, video_id: str) -> list[Scene]:
        """A video's scenes in order of time."""
        rows = await self._database.fetch_all(
            f"{_SELECT} WHERE scenes.video_id = ? ORDER BY scenes.start_s, scenes.id", (video_id,)
        )
        return [_from_row(row) for row in rows]

    async def open_to(self, scene_id: str, *, user_id: str, guild_id: str | None = None) -> Scene | None:
        """The scene of that name, if the user may make shorts of it: it is theirs or shared there."""
        row = await self._database.fetch_one(
            f"{_SELECT} WHERE scenes.id = ?3 AND {_OPEN}", (user_id, guild_id, scene_id)
        )
        return _from_row(row) if row else None

    async def listed(
        self,
        user_id: str,
        *,
        guild_id: str | None = None,
        video_id: str | None = None,
        at_most: int,
        skip: int = 0,
    ) -> list[Scene]:
        """Scenes open to a user, of all videos or of one: newest video first, then in order of time."""
        rows = await self._database.fetch_all(
            f"""
            {_SELECT} WHERE {_OPEN} AND videos.id = coalesce(?3, videos.id)
            ORDER BY videos.created_at DESC, videos.id, scenes.start_s, scenes.id LIMIT ?4 OFFSET ?5
            """,
            (user_id, guild_id, video_id, at_most, skip),
        )
        return [_from_row(row) for row in rows]

    async def matching(
        self, user_id: str, text: str, *, guild_id: str | None = None, at_most: int
    ) -> list[Scene]:
        """The newest scenes open to a user whose name or title, or whose video's title, contains `text`."""
        wish = folded(text)
        pattern = "%" + wish.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = await self._database.fetch_all(
            f"""
            {_SELECT}
            WHERE {_OPEN} AND (scenes.id LIKE ?3 ESCAPE '\\' OR {_contains("scenes.title")}
                               OR {_contains("videos.title")})
            ORDER BY scenes.created_at DESC, scenes.start_s LIMIT ?5
            """,
            (user_id, guild_id, pattern, wish, at_most),
        )
        return [_from_row(row) for row in rows]


def _contains(title: str) -> str:
    """The condition that this column contains the folded text ?4, of which ?3 is the pattern.

    LIKE is exact for plain ASCII, and much quicker than a function of ours: that is for all other titles.
    """
    beyond_ascii = f"length(CAST({title} AS BLOB)) > length({title})"
    return f"({title} LIKE ?3 ESCAPE '\\' OR ({beyond_ascii} AND instr(folded({title}), ?4)))"


async def add_scene(connection: aiosqlite.Connection, scene: Scene) -> None:
    """Keep a scene, in the transaction of something more."""
    await connection.execute(
        """
        INSERT INTO scenes (id, video_id, title, start_s, end_s, created_at)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (scene.id, scene.video_id, scene.title, scene.start_s, scene.end_s, to_text(scene.created_at)),
    )


async def _write(connection: aiosqlite.Connection, scene: Scene) -> bool:
    await connection.execute(
        """
        DELETE FROM scene_facts WHERE scene_id IN (
            SELECT id FROM scenes WHERE id = ? AND (start_s, end_s) <> (?, ?))
        """,
        (scene.id, scene.start_s, scene.end_s),
    )
    return await changed_one(
        connection,
        "UPDATE scenes SET title = ?, start_s = ?, end_s = ? WHERE id = ?",
        (scene.title, scene.start_s, scene.end_s, scene.id),
    )


async def _stands(connection: aiosqlite.Connection, scene: Scene) -> bool:
    """Whether it is there, in the place where it was seen."""
    row = await first_row(
        connection,
        "SELECT 1 FROM scenes WHERE id = ? AND (start_s, end_s) = (?, ?)",
        (scene.id, scene.start_s, scene.end_s),
    )
    return row is not None


def _from_row(row: sqlite3.Row) -> Scene:
    return Scene(
        id=row["id"],
        video_id=row["video_id"],
        owner_id=row["owner_id"],
        title=row["title"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        created_at=from_text(row["created_at"]),
    )
