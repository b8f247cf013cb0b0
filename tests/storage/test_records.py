"""Exports that ended long ago are forgotten with all that was said of them, and nothing else is."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.models import Export
from storage.records import Records
from tests import samples
from tests.samples import NOON

LATER = NOON + timedelta(days=90)


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


async def asked(exports: Exports, **changes: object) -> Export:
    export = samples.export(client="tool", **changes)
    await exports.create(export, [samples.HERE], at_most=99, failed_at_most=99)
    return export


async def told(deliveries: Deliveries) -> None:
    while due := await deliveries.due(LATER, at_most=99):
        for news in due:
            await deliveries.delivered(news.id)


async def test_what_ended_long_ago_is_forgotten_with_its_news(
    exports: Exports, deliveries: Deliveries, records: Records, database: Database
) -> None:
    for _ in range(3):
        await exports.cancel((await asked(exports)).id, now=NOON)
    await asked(exports)
    await told(deliveries)
    assert await records.forget(ended_before=LATER, at_most=2) == 2
    assert await records.forget(ended_before=LATER, at_most=2) == 1
    assert await records.forget(ended_before=LATER, at_most=2) == 0
    for table, left in (("exports", 1), ("destinations", 1), ("deliveries", 0)):
        (row,) = await database.fetch_all(f"SELECT count(*) AS number FROM {table}")
        assert row["number"] == left, table


async def test_what_lives_or_is_still_to_be_told_is_kept(
    exports: Exports, deliveries: Deliveries, records: Records
) -> None:
    waits, untold, recent, latest = [await asked(exports) for _ in range(4)]
    for export, moment in ((untold, NOON), (recent, LATER), (latest, NOON)):
        await exports.cancel(export.id, now=moment)
    await deliveries.delivered((await deliveries.of_export(recent.id))[0].id)
    await deliveries.delivered((await deliveries.of_export(latest.id))[0].id)
    assert await records.forget(ended_before=LATER, at_most=99) == 0
    assert [await exports.get(export.id) is not None for export in (waits, untold, recent, latest)] == [
        True
    ] * 4


async def test_a_short_is_remembered_from_the_end_of_its_link_on(
    exports: Exports, deliveries: Deliveries, records: Records
) -> None:
    first = await asked(exports)
    started = await exports.start_next(NOON)
    assert started is not None
    ends = NOON + timedelta(days=7)
    await exports.complete(started, file_key="k", facts=samples.FACTS, engine="1", now=NOON, expires_at=ends)
    await exports.expire(first.id, now=ends)
    await asked(exports)
    await told(deliveries)
    assert await records.forget(ended_before=ends, at_most=9) == 0
    assert await records.forget(ended_before=ends + timedelta(seconds=1), at_most=9) == 1
