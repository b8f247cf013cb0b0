"""The table of small notes that must outlive a restart."""

from storage.database import Database


class Notes:
    """Named texts, such as the hash of the commands last sent to Discord."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """What was last written under that name."""
        row = await self._database.fetch_one("SELECT value FROM notes WHERE name = ?", (name,))
        return row["value"] if row else None

    async def forget(self, name: str) -> None:
        """Let nothing be written under that name."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM notes WHERE name = ?", (name,))

    async def put(self, name: str, value: str) -> None:
        """Write it down, over what was there."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?2",
                (name, value),
            )
