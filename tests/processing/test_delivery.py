"""The courier: news is brought, retried, given up, and holds nobody else up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.delivery import FIRST_DELAY_S, GIVE_UP_AFTER, LONGEST_DELAY_S, Courier, next_attempt
from processing.news import LONGEST_PATIENCE_S, News, RetryLater, Undeliverable, VideoNews
from storage.database import Database
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.intakes import Intakes
from storage.models import Delivery, DeliveryStatus, Destination, Event, Export, VideoEvent
from tests import samples
from tests.fakes import Clock, FakeNotifier
from tests.samples import NOON


@pytest.fixture
def here() -> FakeNotifier:
    return FakeNotifier("here")


@pytest.fixture
def there() -> FakeNotifier:
    return FakeNotifier("there")


@pytest.fixture
def build(
    deliveries: Deliveries,
    exports: Exports,
    intakes: Intakes,
    here: FakeNotifier,
    there: FakeNotifier,
    clock: Clock,
) -> Callable[[], Courier]:
    return lambda: Courier(
        deliveries=deliveries,
        exports=exports,
        intakes=intakes,
        notifiers={"here": here, "there": there},
        exports_per_day=10,
        now=clock,
    )


@pytest.fixture
def courier(build: Callable[[], Courier]) -> Courier:
    return build()


async def cancelled(exports: Exports, *places: Destination) -> Export:
    """An export that has just ended, with news for these places."""
    export = samples.export()
    await exports.create(export, places, at_most=1000, failed_at_most=1000)
    await exports.cancel(export.id, now=NOON)
    return export


async def only(deliveries: Deliveries, export: Export) -> Delivery:
    (delivery,) = await deliveries.of_export(export.id)
    return delivery


@asynccontextmanager
async def at_work(courier: Courier) -> AsyncIterator[None]:
    task = asyncio.create_task(courier.run(), name="courier")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def reaches(deliveries: Deliveries, export: Export, status: DeliveryStatus) -> Delivery:
    while (delivery := await only(deliveries, export)).status is not status:
        pass
    return delivery


async def test_news_is_brought_once_and_tells_everything(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier
) -> None:
    export = await cancelled(exports, samples.HERE)
    for _ in range(2):
        await courier.bring_due()
    (news,) = here.sent
    assert (news.event, news.export.id, news.occurred_at) == (Event.CANCELLED, export.id, NOON)
    assert news.destination.address == samples.HERE.address
    assert (news.quota.used, news.quota.limit) == (0, 10)
    delivery = await only(deliveries, export)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 1)
    assert news.delivery_id == delivery.id


async def test_progress_that_hangs_is_broken_off_when_the_end_is_there(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier
) -> None:
    curious = replace(samples.HERE, address={"events": "export.progress export.cancelled"})
    export = samples.export()
    await exports.create(export, [curious], at_most=1, failed_at_most=1)
    assert await exports.start_next(NOON)
    await deliveries.tell_progress(export.id, 25, now=NOON)
    here.gate.clear()
    async with at_work(courier):
        while not here.attempts:
            await deliveries.of_export(export.id)
        await exports.cancel(export.id, now=NOON)
        courier.wake()
        while here.attempts < 2:
            await deliveries.of_export(export.id)
        here.gate.set()
        while not here.sent:
            await deliveries.of_export(export.id)
    assert [news.event for news in here.sent] == [Event.CANCELLED]


async def test_what_fails_is_tried_again_later_each_time(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier, clock: Clock
) -> None:
    export = await cancelled(exports, samples.HERE)
    here.errors = [ConnectionError("no answer")] * 3
    waits = []
    for _ in range(3):
        await courier.bring_due()
        await courier.bring_due()  # too early: nothing happens
        moment = (await only(deliveries, export)).next_attempt_at
        waits.append((moment - clock()).total_seconds())
        clock.moment = moment
    assert here.attempts == 3
    assert waits[0] < waits[1] < waits[2]
    assert "no answer" in ((await only(deliveries, export)).last_error or "")
    await courier.bring_due()
    assert len(here.sent) == 1
    delivery = await only(deliveries, export)
    assert (delivery.status, delivery.attempts, delivery.last_error) == (DeliveryStatus.DELIVERED, 4, None)


async def test_a_destination_that_asks_for_patience_gets_it(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier, clock: Clock
) -> None:
    export = await cancelled(exports, samples.HERE)
    here.errors = [RetryLater("busy", after_s=300)]
    await courier.bring_due()
    assert (await only(deliveries, export)).next_attempt_at == clock() + timedelta(seconds=300)


class Unsayable(Exception):
    def __str__(self) -> str:
        raise ValueError("there are no words for it")


@pytest.mark.parametrize("error", [Unsayable(), ConnectionError("\udcff")], ids=["unsayable", "unwritable"])
async def test_what_breaks_at_one_destination_is_planned_again_and_ends_nothing_else(
    courier: Courier,
    exports: Exports,
    deliveries: Deliveries,
    here: FakeNotifier,
    clock: Clock,
    error: Exception,
) -> None:
    broken = await cancelled(exports, samples.HERE)
    here.errors = [error]
    async with at_work(courier):
        while not (await only(deliveries, broken)).attempts:
            assert courier_lives()
        other = await cancelled(exports, samples.THERE)
        courier.wake()
        while (await only(deliveries, other)).status is not DeliveryStatus.DELIVERED:
            assert courier_lives()
    planned = await only(deliveries, broken)
    assert (planned.status, planned.attempts) == (DeliveryStatus.DUE, 1)
    assert clock() < planned.next_attempt_at <= clock() + timedelta(seconds=LONGEST_DELAY_S)
    assert planned.last_error


def courier_lives() -> bool:
    return any(task.get_name() == "courier" for task in asyncio.all_tasks())


async def test_a_clock_that_is_set_back_holds_back_no_news(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier, clock: Clock
) -> None:
    tried = await cancelled(exports, samples.HERE)
    here.errors = [RetryLater("busy", after_s=7 * 86400), ConnectionError("no answer")]
    await courier.bring_due()
    planned = (await only(deliveries, tried)).next_attempt_at
    assert planned - clock() == timedelta(seconds=LONGEST_PATIENCE_S), "no patience is endless"
    fresh = await cancelled(exports, samples.THERE)
    clock.moment = planned - timedelta(seconds=LONGEST_PATIENCE_S + 120)
    await courier.bring_due()
    assert (await only(deliveries, fresh)).status is DeliveryStatus.DELIVERED
    assert here.attempts == 2
    await courier.bring_due()
    assert here.attempts == 2, "and what failed again is planned by the clock as it is now"


async def test_the_undeliverable_is_given_up_at_once(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier
) -> None:
    export = await cancelled(exports, samples.HERE)
    here.errors = [Undeliverable("the channel is gone")]
    await courier.bring_due()
    delivery = await only(deliveries, export)
    assert delivery.status is DeliveryStatus.ABANDONED
    assert delivery.last_error == "Undeliverable: the channel is gone"
    await courier.bring_due()
    assert here.attempts == 1


async def test_after_more_than_a_day_of_trying_it_is_given_up(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier, clock: Clock
) -> None:
    export = await cancelled(exports, samples.HERE)
    here.errors = [ConnectionError("no answer")] * 100
    while (delivery := await only(deliveries, export)).status is DeliveryStatus.DUE:
        clock.moment = max(clock.moment, delivery.next_attempt_at)
        await courier.bring_due()
    assert delivery.status is DeliveryStatus.ABANDONED
    assert clock() - NOON > GIVE_UP_AFTER
    assert 15 < here.attempts < 40


async def test_a_kind_that_nobody_knows_waits_for_one_who_does(
    courier: Courier, exports: Exports, deliveries: Deliveries
) -> None:
    export = await cancelled(exports, Destination(kind="elsewhere", address={}))
    await courier.bring_due()
    assert (await only(deliveries, export)).status is DeliveryStatus.DUE


async def test_a_restart_in_between_loses_no_news(
    build: Callable[[], Courier], exports: Exports, here: FakeNotifier
) -> None:
    await cancelled(exports, samples.HERE)
    here.gate.clear()
    async with at_work(build()):
        while not here.attempts:
            await exports.of_user("nobody", at_most=1)
    here.gate.set()
    assert here.sent == []
    await build().bring_due()
    assert len(here.sent) == 1


async def test_a_destination_that_hangs_holds_up_nobody_else(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier, there: FakeNotifier
) -> None:
    here.gate.clear()
    slow = [await cancelled(exports, samples.HERE) for _ in range(3)]
    async with at_work(courier):
        for _ in range(3):
            quick = await cancelled(exports, samples.THERE)
            courier.wake()
            await reaches(deliveries, quick, DeliveryStatus.DELIVERED)
        assert (here.attempts, here.sent) == (3, [])
        here.gate.set()
        for export in slow:
            await reaches(deliveries, export, DeliveryStatus.DELIVERED)
    assert here.attempts == 3, "what is under way is not started twice"


async def test_destinations_that_hang_leave_room_for_others_however_many_they_are(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier
) -> None:
    here.gate.clear()
    for _ in range(60):
        await cancelled(exports, samples.HERE)
    other = await cancelled(exports, samples.THERE)
    async with at_work(courier):
        await reaches(deliveries, other, DeliveryStatus.DELIVERED)
        while here.attempts < 10:
            await only(deliveries, other)
        for _ in range(5):  # and it stays so, however often there is news
            courier.wake()
            await only(deliveries, other)
        assert here.attempts == 10
        here.gate.set()
        while len(here.sent) < 60:
            await only(deliveries, other)
    assert here.attempts == 60


async def test_a_client_whose_every_server_hangs_holds_up_no_other_client(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier, there: FakeNotifier
) -> None:
    async def to(client: str, host: str) -> Export:
        address = {"client": client, "url": f"https://{host}/hook"}
        return await cancelled(exports, replace(samples.HERE, address=address))

    class HangsForOne(FakeNotifier):
        async def notify(self, news: News | VideoNews) -> None:
            hangs = news.destination.address["client"] == "first"
            await (here if hangs else there).notify(news)

    courier._notifiers = {"here": HangsForOne("here")}
    here.gate.clear()
    for number in range(60):
        await to("first", f"host-{number}.example")
    other = await to("second", "host-0.example")
    async with at_work(courier):
        await reaches(deliveries, other, DeliveryStatus.DELIVERED)
        while here.attempts < 50:
            await only(deliveries, other)
        for _ in range(5):
            courier.wake()
            await only(deliveries, other)
        assert here.attempts == 50


async def test_news_of_one_destination_arrives_in_order(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier
) -> None:
    export = samples.export()
    await exports.create(export, [samples.HERE], at_most=1, failed_at_most=1)
    started = await exports.start_next(NOON)
    assert started
    await exports.complete(started, file_key="k", facts=samples.FACTS, engine="1", now=NOON, expires_at=NOON)
    await exports.expire(export.id, now=NOON)
    async with at_work(courier):
        while {news.status for news in await deliveries.of_export(export.id)} != {DeliveryStatus.DELIVERED}:
            pass
    assert [news.event for news in here.sent] == [Event.COMPLETED, Event.EXPIRED]


async def test_a_courier_that_waits_is_woken_by_news(
    courier: Courier, exports: Exports, deliveries: Deliveries
) -> None:
    async with at_work(courier):
        for _ in range(3):
            export = await cancelled(exports, samples.HERE)
            courier.wake()
            await reaches(deliveries, export, DeliveryStatus.DELIVERED)


async def test_a_courier_that_is_woken_and_called_off_at_once_ends(
    courier: Courier, exports: Exports, deliveries: Deliveries, here: FakeNotifier
) -> None:
    export = await cancelled(exports, samples.HERE)
    here.errors = [ConnectionError("no answer")]
    task = asyncio.create_task(courier.run())
    while not (await only(deliveries, export)).attempts:
        pass
    for _ in range(20):  # until it waits for the attempt that is planned
        await deliveries.of_export(export.id)
    courier.wake()
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def test_a_planned_attempt_is_made_without_being_woken(
    courier: Courier, exports: Exports, deliveries: Deliveries, clock: Clock
) -> None:
    export = await cancelled(exports, samples.HERE)
    soon = clock() + timedelta(milliseconds=1)
    await deliveries.postpone((await only(deliveries, export)).id, error="earlier", until=soon)
    real_start, frozen = asyncio.get_running_loop().time(), clock.moment
    courier._now = lambda: frozen + timedelta(seconds=asyncio.get_running_loop().time() - real_start)
    async with at_work(courier):
        await reaches(deliveries, export, DeliveryStatus.DELIVERED)


async def test_more_news_than_fits_at_once_is_all_brought(
    courier: Courier, exports: Exports, here: FakeNotifier
) -> None:
    for _ in range(60):
        await cancelled(exports, samples.HERE)
    async with at_work(courier):
        while len(here.sent) < 60:
            await exports.of_user("nobody", at_most=1)
    assert len({news.delivery_id for news in here.sent}) == 60


async def test_news_that_arrives_while_the_table_is_read_is_not_brought_again(
    exports: Exports, intakes: Intakes, here: FakeNotifier, clock: Clock, database: Database
) -> None:
    class ReadLate(Deliveries):
        """What it reads is only handed over when the attempt under way has ended."""

        async def due(self, now: datetime, **within: Any) -> list[Delivery]:
            read = await super().due(now, **within)
            if here.attempts:
                here.gate.set()
                await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() in here.tried))
            return read

    deliveries = ReadLate(database)
    courier = Courier(
        deliveries=deliveries,
        exports=exports,
        intakes=intakes,
        notifiers={"here": here},
        exports_per_day=10,
        now=clock,
    )
    here.gate.clear()
    export = await cancelled(exports, samples.HERE)
    async with at_work(courier):
        while not here.attempts:
            await exports.of_user("nobody", at_most=1)
        courier.wake()
        await reaches(deliveries, export, DeliveryStatus.DELIVERED)
        await courier.bring_due()
    assert here.tried == [(await only(deliveries, export)).id]


async def test_a_database_that_fails_ends_the_run_and_the_next_one_brings_it(
    courier: Courier, exports: Exports, here: FakeNotifier, database: Database
) -> None:
    await cancelled(exports, samples.HERE)
    async with database.transaction() as connection:
        pass
    await connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ExceptionGroup, match="TaskGroup"):
        await courier.run()
    await connection.execute("PRAGMA query_only = OFF")
    await courier.bring_due()
    assert here.attempts == 2


async def test_news_of_a_video_is_brought_under_one_name_however_often_it_is_tried(
    courier: Courier, intakes: Intakes, here: FakeNotifier, clock: Clock
) -> None:
    intake = samples.intake()
    await intakes.add(intake, [samples.HERE])
    await courier.bring_due()
    assert here.attempts == 0, "there is nothing to tell yet"
    await intakes.fail(intake.video_id, "It was too long.", now=NOON)
    here.errors = [ConnectionError("no answer")]
    await courier.bring_due()
    clock.advance(hours=1)
    await courier.bring_due()
    (news,) = here.sent
    assert (news.event, news.intake.video_id, news.intake.error) == (
        VideoEvent.FAILED,
        intake.video_id,
        "It was too long.",
    )
    assert here.tried == [news.delivery_id] * 2


@given(
    attempts=st.integers(0, 100) | st.integers(0, 10**6),
    chance=st.floats(0, 1),
    at_least_s=st.just(0.0) | st.floats(0, 1e5),
)
def test_delays_grow_to_a_bound_and_are_spread(attempts: int, chance: float, at_least_s: float) -> None:
    delivery = Delivery(
        id="dlv",
        export_id="exp",
        destination=samples.HERE,
        event=Event.FAILED,
        status=DeliveryStatus.DUE,
        attempts=attempts,
        next_attempt_at=NOON,
        last_error=None,
        created_at=NOON,
    )
    moment = next_attempt(delivery, now=NOON, at_least_s=at_least_s, chance=chance)
    assert moment is not None
    delay_s = (moment - NOON).total_seconds()
    middle_s = min(FIRST_DELAY_S * 2 ** min(attempts, 100), LONGEST_DELAY_S)
    assert delay_s >= at_least_s - 1e-6
    assert 0.75 * middle_s - 1e-6 <= delay_s <= max(1.25 * middle_s, at_least_s) + 1e-6
    if not at_least_s:
        assert delay_s == pytest.approx(middle_s * (0.75 + 0.5 * chance))
    too_late = NOON + GIVE_UP_AFTER + timedelta(seconds=1)
    assert next_attempt(delivery, now=too_late, at_least_s=at_least_s, chance=chance) is None
