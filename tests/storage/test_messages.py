"""A signed message is known again for as long as its signature could be valid."""

import asyncio
from collections import Counter
from datetime import timedelta

from storage.database import Database
from storage.messages import KEPT, Messages, Seen
from tests.fakes import Clock


async def test_a_message_is_new_once_and_then_the_same_or_another(database: Database, clock: Clock) -> None:
    messages = Messages(database)
    seen = [
        await messages.note("tool", "msg_1", fingerprint=fingerprint, now=clock())
        for fingerprint in ("a", "a", "b")
    ]
    assert seen == [Seen.NEW, Seen.SAME, Seen.OTHER]


async def test_each_client_has_names_of_its_own(database: Database, clock: Clock) -> None:
    messages = Messages(database)
    for client in ("tool", "other"):
        assert await messages.note(client, "msg_1", fingerprint="a", now=clock()) is Seen.NEW


async def test_of_fifty_at_once_one_is_new(database: Database, clock: Clock) -> None:
    messages = Messages(database)
    seen = await asyncio.gather(
        *(messages.note("tool", "msg_1", fingerprint="a", now=clock()) for _ in range(50))
    )
    assert Counter(seen) == {Seen.NEW: 1, Seen.SAME: 49}


async def test_a_message_is_forgotten_when_its_signature_has_long_been_invalid(
    database: Database, clock: Clock
) -> None:
    messages = Messages(database)
    await messages.note("tool", "msg_1", fingerprint="a", now=clock())
    clock.advance(seconds=KEPT.total_seconds())
    assert await messages.note("tool", "msg_1", fingerprint="a", now=clock()) is Seen.SAME
    clock.moment += timedelta(seconds=1)
    assert await messages.note("tool", "msg_1", fingerprint="a", now=clock()) is Seen.NEW
