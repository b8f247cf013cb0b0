"""A walk through the lives of many exports, on a real database, beside a plain model of what must be true."""

import asyncio
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage.admission import Idempotency, Outcome, day_of
from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.models import ACTIVE, COUNTED, TRANSITIONS, Event, Export, ExportStatus
from tests import samples
from tests.fakes import Clock

USERS = ("ana", "ben", "cem")
PLACES = [samples.HERE, samples.THERE]
AT_MOST = 3
FAILED_AT_MOST = 4
ENDS = {
    "complete": (ExportStatus.COMPLETED, Event.COMPLETED),
    "fail": (ExportStatus.FAILED, Event.FAILED),
    "cancel": (ExportStatus.CANCELLED, Event.CANCELLED),
    "interrupt": (ExportStatus.PENDING, None),
}


@dataclass
class Life:
    """What the model knows of one export. `row` is how the service last held it."""

    row: Export
    key: str | None
    status: ExportStatus = ExportStatus.PENDING
    attempts: int = 0
    events: list[Event] = field(default_factory=list)


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.Runner()
        self.clock = Clock()
        self.lives: dict[str, Life] = {}
        self.seen: dict[str, ExportStatus] = {}
        self.begun: list[str] = []  # in order of their first start
        self.queue: list[str] = []  # never started, in order of their turn

    @initialize()
    def open(self) -> None:
        self.stack = AsyncExitStack()
        database = Database.open(Path(self.folder.name, "cutdown.db"))
        self.database = self.loop.run(self.stack.enter_async_context(database))
        self.exports, self.deliveries = Exports(self.database), Deliveries(self.database)

    def close(self) -> None:
        self.loop.run(self.stack.aclose())

    def teardown(self) -> None:
        self.close()
        self.loop.close()
        self.folder.cleanup()

    def having(self, *statuses: ExportStatus) -> list[str]:
        return [name for name, life in self.lives.items() if life.status in statuses]

    def count(self, user_id: str) -> tuple[int, int]:
        day = day_of(self.clock())
        lives = [life for life in self.lives.values() if life.row.user_id == user_id]
        today = [life.status for life in lives if day_of(life.row.created_at) == day]
        used = sum(status in COUNTED for status in today)
        return used, len(today) - used

    @rule(user_id=st.sampled_from(USERS), key=st.sampled_from([None, None, "k1", "k2"]))
    def ask(self, user_id: str, key: str | None) -> None:
        export = samples.export(user_id=user_id, client="tool", created_at=self.clock())
        earlier = next((name for name, life in self.lives.items() if key and life.key == key), None)
        used, spoiled = self.count(user_id)
        admission = self.loop.run(
            self.exports.create(
                export,
                PLACES,
                at_most=AT_MOST,
                failed_at_most=FAILED_AT_MOST,
                idempotency=Idempotency(key=key, fingerprint=user_id) if key else None,
            )
        )
        if earlier:
            same = self.lives[earlier].row.user_id == user_id
            assert admission.outcome is (Outcome.REPEATED if same else Outcome.CONFLICT)
            assert (admission.export.id if admission.export else None) == (earlier if same else None)
        elif used >= AT_MOST:
            assert admission.outcome is Outcome.OVER_QUOTA
        elif spoiled >= FAILED_AT_MOST:
            assert admission.outcome is Outcome.TOO_MANY_FAILURES
        else:
            assert admission.outcome is Outcome.CREATED
            self.lives[export.id] = Life(row=export, key=key)
            self.queue.append(export.id)

    @rule()
    def start(self) -> None:
        interrupted = [name for name in self.begun if self.lives[name].status is ExportStatus.PENDING]
        expected = next(iter(interrupted + self.queue), None)
        export = self.loop.run(self.exports.start_next(self.clock()))
        assert (export.id if export else None) == expected
        if export is None:
            return
        life = self.lives[export.id]
        life.row, life.status, life.attempts = export, ExportStatus.PROCESSING, life.attempts + 1
        assert export.attempt == life.attempts
        if export.id in self.queue:
            self.queue.remove(export.id)
            self.begun.append(export.id)
            others = [name for name in self.queue if self.lives[name].row.user_id == export.user_id]
            self.queue = [name for name in self.queue if name not in others] + others

    @precondition(lambda self: self.having(ExportStatus.PROCESSING))
    @rule(data=st.data(), steps=st.lists(st.sampled_from(sorted(ENDS)), min_size=2, max_size=3))
    def race(self, data: st.DataObject, steps: list[str]) -> None:
        name = data.draw(st.sampled_from(self.having(ExportStatus.PROCESSING)))
        if {"cancel", "interrupt"} <= set(steps):
            steps = [step for step in steps if step != "interrupt"]  # both may come true, one after the other
        told = self.loop.run(self._all_at_once(name, steps))
        assert told.count(True) == 1
        self._ended(name, steps[told.index(True)])

    async def _all_at_once(self, name: str, steps: list[str]) -> list[bool]:
        return await asyncio.gather(*(self._step(self.lives[name].row, step) for step in steps))

    async def _step(self, export: Export, step: str) -> bool:
        now = self.clock()
        if step == "complete":
            expires_at = now + timedelta(hours=24)
            return await self.exports.complete(
                export,
                file_key=f"{export.id}.mp4",
                facts=samples.FACTS,
                engine="1",
                now=now,
                expires_at=expires_at,
            )
        if step == "fail":
            return await self.exports.fail(export, error="it broke", now=now)
        if step == "cancel":
            return await self.exports.cancel(export.id, now=now)
        return await self.exports.interrupt(export)

    def _ended(self, name: str, step: str) -> None:
        life = self.lives[name]
        life.status, event = ENDS[step]
        if event:
            life.events.append(event)
        if name in self.queue and life.status is not ExportStatus.PENDING:
            self.queue.remove(name)

    @precondition(lambda self: self.lives)
    @rule(data=st.data(), step=st.sampled_from([*sorted(ENDS), "expire"]))
    def try_any_step(self, data: st.DataObject, step: str) -> None:
        """Whatever step is tried on whatever export, only the arrows of `TRANSITIONS` come true."""
        name = data.draw(st.sampled_from(list(self.lives)))
        life = self.lives[name]
        if step == "expire":
            target = ExportStatus.EXPIRED
            told = self.loop.run(self.exports.expire(name, now=self.clock()))
        else:
            target = ENDS[step][0]
            told = self.loop.run(self._step(life.row, step))
        assert told == (target in TRANSITIONS[life.status])
        if told and step == "expire":
            life.status = target
            life.events.append(Event.EXPIRED)
        elif told:
            self._ended(name, step)

    @rule(hours=st.sampled_from([1, 11, 24]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        for export in self.loop.run(self.exports.due(self.clock(), at_most=100)):
            assert self.loop.run(self.exports.expire(export.id, now=self.clock()))
            self.lives[export.id].status = ExportStatus.EXPIRED
            self.lives[export.id].events.append(Event.EXPIRED)

    @rule()
    def crash_and_resume(self) -> None:
        self.close()
        self.open()
        for export in self.loop.run(self.exports.processing()):
            assert self.loop.run(self.exports.interrupt(export, crashed=True))
            self.lives[export.id].status = ExportStatus.PENDING

    @invariant()
    def only_arrows_of_the_table_happened(self) -> None:
        rows = self.loop.run(self.database.fetch_all("SELECT id, status FROM exports"))
        found = {row["id"]: ExportStatus(row["status"]) for row in rows}
        assert found == {name: life.status for name, life in self.lives.items()}
        for name, status in found.items():
            before = self.seen.get(name, status)
            assert status == before or status in TRANSITIONS[before]
        self.seen = found

    @invariant()
    def the_quota_is_what_the_model_counts(self) -> None:
        for user_id in USERS:
            quota = self.loop.run(self.exports.quota(user_id, self.clock(), limit=AT_MOST))
            assert quota.used == self.count(user_id)[0] <= AT_MOST

    @invariant()
    def every_destination_hears_of_every_end_once(self) -> None:
        for name, life in self.lives.items():
            news = self.loop.run(self.deliveries.of_export(name))
            heard = Counter((delivery.destination.kind, delivery.event) for delivery in news)
            assert heard == Counter((place.kind, event) for place in PLACES for event in life.events)
            assert (life.status in ACTIVE) == (not life.events)


Lives.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestLives = Lives.TestCase
