"""The table of signed messages: what a client has sent lately, so that nobody else can send it again."""

import enum
from datetime import datetime, timedelta

from storage.database import Database, first_row
from storage.moments import to_text

#: Longer than any signature is valid, on either side of the clock.
KEPT = timedelta(minutes=15)


class Seen(enum.Enum):
    """What is known of a message."""

    NEW = enum.auto()  #: it was never sent
    SAME = enum.auto()  #: it was sent before, for the same purpose
    OTHER = enum.auto()  #: it was sent before, for another purpose


class Messages:
    """Names of signed messages and what they were used for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, client: str, name: str, *, fingerprint: str, now: datetime) -> Seen:
        """Write a message down, and say whether it was there before. Old ones are forgotten on the way."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM messages WHERE seen_at < ?", (to_text(now - KEPT),))
            row = await first_row(
                connection, "SELECT fingerprint FROM messages WHERE client = ? AND name = ?", (client, name)
            )
            if row is not None:
                return Seen.SAME if row["fingerprint"] == fingerprint else Seen.OTHER
            await connection.execute(
                "INSERT INTO messages (client, name, fingerprint, seen_at) VALUES (?, ?, ?, ?)",
                (client, name, fingerprint, to_text(now)),
            )
            return Seen.NEW
