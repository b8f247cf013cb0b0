"""The table of intakes, and the scenes that they find."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from storage import soundtracks
from storage.announcements import add_destinations, announce_video
from storage.database import Database, changed_one, first_row
from storage.intake_models import (
    INTAKE_TRANSITIONS,
    Findings,
    Intake,
    IntakeStatus,
    Keep,
    Lit,
    SceneFacts,
    Wish,
)
from storage.intake_queue import UNFINISHED, Lane, begin, enqueue
from storage.models import Destination, Scene, VideoEvent
from storage.moments import from_optional, from_text, to_text
from storage.scenes import add_scene

_COUNT = f"SELECT count(*) FROM intakes WHERE owner_id = ? AND {UNFINISHED}"


class Intakes:
    """Videos on their way in. Every step is guarded: of two that try it, one is told `True`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, intake: Intake, destinations: Sequence[Destination] = (), *, unfinished_below: int | None = None
    ) -> bool:
        """Keep a new intake and who hears how it ends; nothing has been done for it yet.

        It takes the place of one that has ended without looking for scenes, or in vain; news of that end is
        brought all the same. False: its owner has that many unfinished ones already.
        """
        async with self._database.transaction() as connection:
            if unfinished_below is not None:
                row = await first_row(connection, _COUNT, (intake.owner_id,))
                if row is None or row[0] >= unfinished_below:
                    return False
            await enqueue(connection, intake)
            await add_destinations(connection, destinations, video_id=intake.video_id)
            return True

    async def get(self, video_id: str) -> Intake | None:
        """The intake of that video, whoever owns it."""
        row = await self._database.fetch_one("SELECT * FROM intakes WHERE video_id = ?", (video_id,))
        return _from_row(row) if row else None

    async def lit(self, video_id: str) -> Lit | None:
        """The part of that video's picture that is ever lit, as far as it is known."""
        intake = await self.get(video_id)
        return intake.findings.lit if intake and intake.findings else None

    async def begin_next(
        self,
        lane: Lane,
        *,
        busy: Collection[str] = (),
        begun: Collection[str] = (),
        of_one_owner: int = 1,
    ) -> Intake | None:
        """The one whose turn it is in that lane, one try more; None: there is none.

        `busy` are those that are being worked on, `begun` those of this lane: of one owner, no more than
        that many.
        """
        async with self._database.transaction() as connection:
            row = await begin(connection, lane, busy=busy, begun=begun, of_one_owner=of_one_owner)
        return _from_row(row) if row else None

    async def step(self, video_id: str, status: IntakeStatus) -> bool:
        """Go on to that status. What has come in well has its tries anew for what is to be found in it."""
        tries = "0" if status is IntakeStatus.DETECTING else "tries"
        async with self._database.transaction() as connection:
            return await changed_one(
                connection,
                f"UPDATE intakes SET status = ?, tries = {tries} WHERE video_id = ? AND {_before(status)}",
                (status, video_id),
            )

    async def put_back(self, video_id: str) -> None:
        """It was called off by a shutdown: that was no try. One that was forgotten stays so."""
        async with self._database.transaction() as connection:
            await connection.execute(
                f"UPDATE intakes SET tries = tries - 1 WHERE video_id = ? AND {UNFINISHED}", (video_id,)
            )

    async def forget(self, video_id: str) -> bool:
        """Forget that a video was asked for, and who was to hear of it. False: nobody has."""
        async with self._database.transaction() as connection:
            return await changed_one(connection, "DELETE FROM intakes WHERE video_id = ?", (video_id,))

    async def on_their_way(self, owner_id: str) -> list[Intake]:
        """A user's intakes that have not ended, whose videos are not there yet; the oldest first."""
        rows = await self._database.fetch_all(
            f"""
            SELECT * FROM intakes WHERE owner_id = ? AND {UNFINISHED}
            AND NOT EXISTS (SELECT 1 FROM videos WHERE id = video_id) ORDER BY rowid
            """,
            (owner_id,),
        )
        return [_from_row(row) for row in rows]

    async def complete(
        self,
        video_id: str,
        *,
        findings: Findings | None,
        scenes: Sequence[tuple[Scene, SceneFacts | None]],
        now: datetime,
        momentary: Sequence[float] = (),
    ) -> bool:
        """It is ready, and its scenes and its soundtrack are there: all or nothing."""
        async with self._database.transaction() as connection:
            if not await changed_one(
                connection,
                f"""
                UPDATE intakes SET status = 'ready', url = NULL, findings = ?, finished_at = ?
                WHERE video_id = ? AND {_before(IntakeStatus.READY)}
                """,
                (json.dumps(asdict(findings)) if findings else None, to_text(now), video_id),
            ):
                return False
            if momentary:
                await soundtracks.keep(connection, video_id, momentary)
            for scene, facts in scenes:
                await add_scene(connection, scene)
                if facts:
                    await connection.execute(
                        "INSERT INTO scene_facts (scene_id, facts) VALUES (?, ?)",
                        (scene.id, json.dumps(asdict(facts))),
                    )
            return await announce_video(connection, video_id, VideoEvent.READY, now)

    async def fail(self, video_id: str, error: str, *, now: datetime, scene: Scene | None = None) -> bool:
        """It ends here, and why. A scene may be there even so, of a video that is."""
        async with self._database.transaction() as connection:
            if not await changed_one(
                connection,
                f"""
                UPDATE intakes SET status = 'failed', url = NULL, error = ?, finished_at = ?
                WHERE video_id = ? AND {_before(IntakeStatus.FAILED)}
                """,
                (error, to_text(now), video_id),
            ):
                return False
            if scene is not None:
                await add_scene(connection, scene)
            return await announce_video(connection, video_id, VideoEvent.FAILED, now)

    async def scene_facts(self, video_id: str) -> Mapping[str, SceneFacts]:
        """Scene id -> what it is like, for the scenes of a video that were found."""
        rows = await self._database.fetch_all(
            """
            SELECT scene_facts.* FROM scene_facts JOIN scenes ON scenes.id = scene_facts.scene_id
            WHERE scenes.video_id = ?
            """,
            (video_id,),
        )
        return {row["scene_id"]: SceneFacts(**json.loads(row["facts"])) for row in rows}


def _before(status: IntakeStatus) -> str:
    """The condition that an intake stands where that status may follow."""
    sources = [f"'{before}'" for before, following in INTAKE_TRANSITIONS.items() if status in following]
    return f"status IN ({', '.join(sources)})"


def _from_row(row: sqlite3.Row) -> Intake:
    return Intake(
        video_id=row["video_id"],
        owner_id=row["owner_id"],
        title=row["title"],
        url=row["url"],
        status=IntakeStatus(row["status"]),
        tries=row["tries"],
        error=row["error"],
        findings=_findings(json.loads(row["findings"])) if row["findings"] else None,
        created_at=from_text(row["created_at"]),
        finished_at=from_optional(row["finished_at"]),
        keep=Keep(row["keep"]) if row["keep"] else None,
        finds_scenes=bool(row["finds_scenes"]),
        wish=Wish(**json.loads(row["wish"])) if row["wish"] else None,
    )


def _findings(said: Mapping[str, object]) -> Findings:
    cuts, lit, loudness = said["cuts_s"], said["lit"], said["loudness_lufs"]
    assert isinstance(cuts, list)
    return Findings(
        cuts_s=tuple(cuts),
        loudness_lufs=loudness if isinstance(loudness, float) else None,
        lit=tuple(lit) if isinstance(lit, list) else None,
    )
