"""The table of soundtracks: how loud each tenth of a second of a video is."""

import sys
import zlib
from array import array
from collections.abc import Sequence

import aiosqlite

from storage.database import Database

#: Hundredths of LUFS in 16 bits; quieter than -120 is as silent as can be.
STEPS, QUIETEST, LOUDEST = 100, -120.0, 100.0


class Soundtracks:
    """Momentary loudness in LUFS, for the videos whose scenes were found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, video_id: str) -> Sequence[float] | None:
        """The values of a video from its beginning on; None: nobody has heard it yet."""
        row = await self._database.fetch_one(
            "SELECT momentary FROM soundtracks WHERE video_id = ?", (video_id,)
        )
        return unpacked(row["momentary"]) if row else None


async def keep(connection: aiosqlite.Connection, video_id: str, momentary: Sequence[float]) -> None:
    """Write the values down inside a transaction; a second hearing replaces the first."""
    await connection.execute(
        "INSERT OR REPLACE INTO soundtracks (video_id, momentary) VALUES (?, ?)",
        (video_id, packed(momentary)),
    )


def packed(momentary: Sequence[float]) -> bytes:
    """The values as they are kept."""
    steps = array("h", (round(STEPS * min(max(value, QUIETEST), LOUDEST)) for value in momentary))
    return zlib.compress(_little(steps).tobytes())


def unpacked(kept: bytes) -> list[float]:
    """What was packed."""
    steps = array("h")
    steps.frombytes(zlib.decompress(kept))
    return [step / STEPS for step in _little(steps)]


def _little(steps: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        steps.byteswap()
    return steps
