"""What was added up once is what adding it all up again comes to."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.exports import Exports
from storage.figures import Ledger
from tests import samples
from tests.samples import NOON

STEPS = 40
KINDS = ["ask", "ask", "start", "start", "complete", "fail", "interrupt", "cancel", "expire"]


@pytest.mark.parametrize("seed", range(4))
async def test_after_every_step_of_every_life_the_ledger_is_right(
    database: Database, exports: Exports, seed: int
) -> None:
    chance, kept, now = random.Random(seed), Ledger(database), NOON
    for number in range(STEPS):
        now += timedelta(seconds=chance.choice([1, 7, 40, 900]))
        await step(exports, chance.choice(KINDS), chance.randrange(number + 1), number, now)
        assert await kept.figures() == await Ledger(database).figures()
    assert (await kept.figures()).renders.number > 0


async def step(exports: Exports, kind: str, some: int, number: int, now: datetime) -> None:
    """What may happen to exports: to a new one, to some one, or to the first that is being rendered."""
    match kind:
        case "ask":
            export = samples.export(id=f"exp_{number}", user_id=f"u{number % 3}", created_at=now)
            await exports.create(export, [samples.HERE], at_most=99, failed_at_most=99)
        case "start":
            await exports.start_next(now)
        case "cancel":
            await exports.cancel(f"exp_{some}", now=now)
        case "expire":
            await exports.expire(f"exp_{some}", now=now)
        case _:
            await end(exports, kind, now)


async def end(exports: Exports, kind: str, now: datetime) -> None:
    for export in (await exports.processing())[:1]:
        if kind == "complete":
            done = {"file_key": "k", "facts": samples.FACTS, "engine": "1"}
            await exports.complete(export, now=now, expires_at=now + timedelta(days=1), **done)
        elif kind == "fail":
            await exports.fail(export, error="no", now=now)
        else:
            await exports.interrupt(export)


async def test_many_who_ask_at_once_add_nothing_twice(database: Database, exports: Exports) -> None:
    for _ in range(5):
        await exports.create(samples.export(), [], at_most=9, failed_at_most=9)
        started = await exports.start_next(NOON)
        assert started is not None
        await exports.fail(started, error="no", now=NOON + timedelta(seconds=20))
    ledger = Ledger(database)
    asked = []
    for _ in range(12):
        asked.append(asyncio.create_task(ledger.figures()))
        await exports.unfinished()  # each begins in the midst of those before it
    first, *others = await asyncio.gather(*asked)
    assert [*others, await ledger.figures()] == [first] * 12
    assert (first.renders.number, first.renders.at_most[30]) == (5, 5)
