"""The table of exports: admission, the fair queue, what is asked about it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.admission import Admission, Idempotency, Outcome
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.models import Destination, Event, Export, ExportStatus, Facts
from tests import samples
from tests.samples import NOON


async def ask(
    exports: Exports,
    *,
    destinations: Sequence[Destination] = (),
    at_most: int = 10,
    failed_at_most: int = 30,
    idempotency: Idempotency | None = None,
    **changes: object,
) -> Admission:
    return await exports.create(
        samples.export(**changes),
        destinations,
        at_most=at_most,
        failed_at_most=failed_at_most,
        idempotency=idempotency,
    )


async def accepted(exports: Exports, **changes: object) -> Export:
    admission = await ask(exports, at_most=1000, **changes)
    assert admission.export is not None
    return admission.export


async def started(exports: Exports, now: datetime = NOON) -> Export:
    export = await exports.start_next(now)
    assert export is not None
    return export


async def complete(
    exports: Exports, export: Export, now: datetime = NOON, facts: Facts = samples.FACTS
) -> bool:
    return await exports.complete(
        export, file_key="k", facts=facts, engine="1", now=now, expires_at=now + timedelta(hours=24)
    )


async def used(exports: Exports, user_id: str = "ana", now: datetime = NOON) -> int:
    return (await exports.quota(user_id, now, limit=10)).used


async def test_an_export_is_read_back_as_it_was_written(exports: Exports) -> None:
    export = await accepted(exports, client="tool", focus=20, target_mb=9.5, normalize_loudness=False)
    assert await exports.get(export.id) == export
    assert await exports.by_token(export.token) == export
    assert await exports.get("exp_unknown") is None


async def test_a_whole_life_is_read_back(exports: Exports) -> None:
    export = await accepted(exports)
    running = await started(exports)
    assert (running.id, running.status, running.attempt) == (export.id, ExportStatus.PROCESSING, 1)
    assert await exports.processing() == [running]
    facts = replace(samples.FACTS, notes=("quality was given up to stay below 9.5 MB",))
    assert await complete(exports, running, facts=facts)
    done = await exports.get(export.id)
    assert done is not None
    assert (done.status, done.file_key, done.facts) == (ExportStatus.COMPLETED, "k", facts)
    assert done.expires_at == NOON + timedelta(hours=24)
    assert await exports.file_keys() == {"k"}
    assert await exports.due(NOON + timedelta(hours=23, minutes=59), at_most=9) == []
    assert await exports.due(NOON + timedelta(hours=24), at_most=9) == [done]


async def test_of_two_hundred_requests_at_once_exactly_ten_are_accepted(exports: Exports) -> None:
    admissions = await asyncio.gather(*(ask(exports) for _ in range(200)))
    outcomes = [admission.outcome for admission in admissions]
    assert outcomes.count(Outcome.CREATED) == 10
    assert outcomes.count(Outcome.OVER_QUOTA) == 190
    assert sorted(a.quota.used for a in admissions if a.export) == list(range(1, 11))
    assert len(await exports.of_user("ana", at_most=1000)) == 10


async def test_two_users_do_not_disturb_each_other(exports: Exports) -> None:
    admissions = await asyncio.gather(
        *(ask(exports, user_id=user) for _ in range(15) for user in ("ana", "ben"))
    )
    for user in ("ana", "ben"):
        assert await used(exports, user) == 10
    assert sum(admission.outcome is Outcome.CREATED for admission in admissions) == 20


@pytest.mark.parametrize("end", ["failed", "cancelled"])
async def test_an_export_that_ends_early_gives_its_place_back(exports: Exports, end: str) -> None:
    await ask(exports, at_most=1)
    running = await started(exports)
    assert (await ask(exports, at_most=1)).outcome is Outcome.OVER_QUOTA
    if end == "failed":
        await exports.fail(running, error="it broke", now=NOON)
    else:
        await exports.cancel(running.id, now=NOON)
    assert await used(exports) == 0
    assert (await ask(exports, at_most=1)).outcome is Outcome.CREATED


async def test_completed_and_expired_exports_keep_their_place(exports: Exports) -> None:
    await accepted(exports)
    running = await started(exports)
    await complete(exports, running)
    assert await used(exports) == 1
    await exports.expire(running.id, now=NOON)
    assert await used(exports) == 1


async def test_failed_tries_are_capped_too(exports: Exports) -> None:
    for _ in range(3):
        admission = await ask(exports, failed_at_most=3)
        assert admission.export is not None
        await exports.cancel(admission.export.id, now=NOON)
    refused = await ask(exports, failed_at_most=3)
    assert refused.outcome is Outcome.TOO_MANY_FAILURES
    assert refused.export is None
    assert refused.quota.remaining == 10


async def test_the_quota_turns_at_midnight_utc_wherever_the_clock_hangs(exports: Exports) -> None:
    last = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    midnight = last + timedelta(microseconds=1)
    elsewhere = last.astimezone(timezone(timedelta(hours=-8)))
    spent = await ask(exports, at_most=1, created_at=elsewhere)
    assert spent.quota.resets_at == midnight
    assert (await ask(exports, at_most=1, created_at=last)).outcome is Outcome.OVER_QUOTA
    assert (await ask(exports, at_most=1, created_at=midnight)).outcome is Outcome.CREATED
    assert await used(exports, now=last) == 1


async def test_a_day_is_utc_even_for_a_clock_in_another_zone(exports: Exports) -> None:
    east = timezone(timedelta(hours=9))
    await accepted(exports, created_at=datetime(2026, 3, 2, 8, 0, tzinfo=east))  # still 1 March in UTC
    assert await used(exports, now=NOON) == 1
    assert await used(exports, now=NOON + timedelta(days=1)) == 0


async def test_a_repeated_key_means_the_same_export(exports: Exports) -> None:
    key = Idempotency(key="k", fingerprint="body")
    first = await ask(exports, client="tool", idempotency=key)
    again = await ask(exports, client="tool", idempotency=key)
    assert again.outcome is Outcome.REPEATED
    assert again.export == first.export
    assert again.quota == first.quota


async def test_a_repeated_key_is_answered_even_when_the_day_is_spent(exports: Exports) -> None:
    key = Idempotency(key="k", fingerprint="body")
    await ask(exports, client="tool", idempotency=key, at_most=1)
    assert (await ask(exports, client="tool", idempotency=key, at_most=1)).outcome is Outcome.REPEATED


async def test_a_key_used_for_another_request_is_a_conflict(exports: Exports) -> None:
    await ask(exports, client="tool", idempotency=Idempotency(key="k", fingerprint="body"))
    other = await ask(exports, client="tool", idempotency=Idempotency(key="k", fingerprint="other"))
    assert other.outcome is Outcome.CONFLICT
    assert other.export is None
    assert other.quota.used == 1


async def test_each_client_has_its_own_keys(exports: Exports) -> None:
    key = Idempotency(key="k", fingerprint="body")
    for client in ("tool", "other", None):
        assert (await ask(exports, client=client, idempotency=key)).outcome is Outcome.CREATED
    assert (await ask(exports, client=None, idempotency=key)).outcome is Outcome.REPEATED


async def test_of_fifty_requests_with_one_key_at_once_one_export_comes(exports: Exports) -> None:
    key = Idempotency(key="k", fingerprint="body")
    admissions = await asyncio.gather(
        *(ask(exports, client="tool", idempotency=key, destinations=[samples.HERE]) for _ in range(50))
    )
    assert len({admission.export.id for admission in admissions if admission.export}) == 1
    assert await used(exports) == 1


async def test_an_end_is_announced_once_at_every_destination(
    exports: Exports, deliveries: Deliveries
) -> None:
    await accepted(exports, destinations=[samples.HERE, samples.THERE])
    running = await started(exports)
    ends = await asyncio.gather(
        complete(exports, running),
        exports.cancel(running.id, now=NOON),
        exports.fail(running, error="it broke", now=NOON),
        complete(exports, running),
    )
    assert sum(ends) == 1
    news = await deliveries.of_export(running.id)
    assert [delivery.destination.kind for delivery in news] == ["here", "there"]
    assert len({delivery.event for delivery in news}) == 1


async def test_an_attempt_that_was_overtaken_cannot_end_the_export(exports: Exports) -> None:
    await accepted(exports)
    first = await started(exports)
    await exports.interrupt(first)
    second = await started(exports)
    assert not await complete(exports, first)
    assert not await exports.fail(first, error="it broke", now=NOON)
    assert not await exports.interrupt(first)
    assert await complete(exports, second)


async def test_exports_start_in_order_of_request(exports: Exports) -> None:
    asked = [(await accepted(exports, user_id=f"user{number}")).id for number in range(6)]
    assert [await exports.waiting_before(name) for name in asked] == list(range(6))
    assert [(await started(exports)).id for _ in asked] == asked
    assert await exports.waiting_before(asked[0]) is None


async def test_a_user_with_ten_waiting_lets_the_others_in_between(exports: Exports) -> None:
    for _ in range(10):
        await accepted(exports, user_id="ana")
    first = await started(exports)
    for user in ("ben", "cem", "ben"):
        await accepted(exports, user_id=user)
    order = [(await started(exports)).user_id for _ in range(12)]
    assert first.user_id == "ana"
    assert order[:6] == ["ana", "ben", "cem", "ana", "ben", "ana"]


async def test_the_exports_of_one_user_start_in_order_of_request(exports: Exports) -> None:
    asked = [(await accepted(exports)).id for _ in range(8)]
    assert [(await started(exports)).id for _ in asked] == asked


async def test_newcomers_never_overtake_for_ever(exports: Exports) -> None:
    await accepted(exports, user_id="ana")
    await started(exports)
    await accepted(exports, user_id="ana")
    order = []
    for number in range(10):
        await accepted(exports, user_id=f"newcomer{number}")
        order.append((await started(exports)).user_id)
    assert "ana" in order[:2]


async def test_what_was_interrupted_starts_first_again_and_in_the_same_order(exports: Exports) -> None:
    asked = [(await accepted(exports, user_id=user)).id for user in ("ana", "ben", "cem", "ana")]
    running = [await started(exports), await started(exports)]
    late = await accepted(exports, user_id="dan")
    for export in reversed(running):
        await exports.interrupt(export, crashed=True)
    order = [(await started(exports)).id for _ in range(5)]
    assert order == [asked[0], asked[1], asked[2], asked[3], late.id]
    assert [export.crashes for export in await exports.processing()][:2] == [1, 1]


async def test_unfinished_exports_are_listed_with_their_destinations_of_one_kind(exports: Exports) -> None:
    waiting = await accepted(exports, destinations=[samples.HERE, samples.THERE])
    ended = await accepted(exports, user_id="ben", destinations=[samples.HERE])
    await exports.cancel(ended.id, now=NOON)
    ((export, destination),) = await exports.active_for("here")
    assert (export.id, destination.address) == (waiting.id, samples.HERE.address)
    assert await exports.active_for("nowhere") == []


async def test_a_users_history_is_newest_first_and_theirs_alone(exports: Exports) -> None:
    old = await accepted(exports, created_at=NOON)
    new = await accepted(exports, created_at=NOON + timedelta(seconds=1))
    await accepted(exports, user_id="ben")
    assert [export.id for export in await exports.of_user("ana", at_most=9)] == [new.id, old.id]
    assert len(await exports.of_user("ana", at_most=1)) == 1


async def test_expiry_is_announced_after_completion(exports: Exports, deliveries: Deliveries) -> None:
    await accepted(exports, destinations=[samples.HERE])
    running = await started(exports)
    await complete(exports, running)
    assert await exports.expire(running.id, now=NOON + timedelta(days=1))
    assert not await exports.expire(running.id, now=NOON + timedelta(days=1))
    news = await deliveries.of_export(running.id)
    assert [delivery.event for delivery in news] == [Event.COMPLETED, Event.EXPIRED]


async def test_a_link_renewed_while_it_was_about_to_end_lives_on(exports: Exports) -> None:
    await accepted(exports)
    running = await started(exports)
    assert await complete(exports, running)
    late, soon_after = NOON + timedelta(hours=24), NOON + timedelta(hours=25)
    assert await exports.renew(running.id, token=None, now=NOON, expires_at=soon_after)
    assert not await exports.expire(running.id, now=late, only_if_due=True)
    assert await exports.expire(running.id, now=late)
