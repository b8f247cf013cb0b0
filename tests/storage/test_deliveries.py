"""The tables of destinations and deliveries."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.intake_models import Findings, IntakeStatus
from storage.intakes import Intakes
from storage.models import Delivery, DeliveryStatus, Destination, Event, Export, VideoEvent
from storage.videos import Videos
from tests import samples
from tests.samples import NOON

LONGEST_PATIENCE = timedelta(hours=6)
SOON = NOON + timedelta(seconds=5)


@pytest.fixture
async def completed(exports: Exports) -> Export:
    """An export that has just been completed, with news for two destinations."""
    await exports.create(samples.export(), [samples.HERE, samples.THERE], at_most=1, failed_at_most=1)
    export = await exports.start_next(NOON)
    assert export
    assert await exports.complete(
        export, file_key="k", facts=samples.FACTS, engine="1", now=NOON, expires_at=SOON
    )
    return export


async def due(deliveries: Deliveries) -> list[Delivery]:
    return await deliveries.due(SOON, at_most=10)


async def test_news_is_due_at_once_and_not_before(deliveries: Deliveries, completed: Export) -> None:
    assert [delivery.destination.kind for delivery in await due(deliveries)] == ["here", "there"]
    assert await deliveries.due(NOON - timedelta(microseconds=1), at_most=10) == []
    assert await deliveries.next_due(after=NOON - timedelta(seconds=1)) == NOON
    assert await deliveries.next_due(after=NOON) is None


async def test_what_was_planned_before_the_clock_was_set_back_is_due(
    deliveries: Deliveries, completed: Export
) -> None:
    fresh, tried = await due(deliveries)
    await deliveries.postpone(tried.id, error="no answer", until=NOON + LONGEST_PATIENCE)

    async def at(**earlier: float) -> list[str]:
        moment = NOON - timedelta(**earlier)
        return [
            news.id for news in await deliveries.due(moment, at_most=10, latest=moment + LONGEST_PATIENCE)
        ]

    assert await at() == [fresh.id]
    assert await at(seconds=60) == [tried.id], "a moment that is near is waited for"
    assert await at(seconds=61) == [fresh.id, tried.id]
    assert await deliveries.due(NOON - timedelta(days=1), at_most=1, latest=NOON) == [fresh]


DOORS = {
    "webhook tool https://a.example:8443/": [
        {"client": "tool", "url": "https://a.example:8443/hook?x=/1"},
        {"client": "tool", "url": "https://a.example:8443"},
    ],
    "webhook tool http://a.example/": [{"client": "tool", "url": "http://a.example/hook"}],
    "webhook other https://a.example:8443/": [{"client": "other", "url": "https://a.example:8443/hook"}],
    "webhook  77": [{"channel_id": "77", "user_id": "5"}],
    "webhook  5": [{"channel_id": "", "user_id": "5"}],
}


@pytest.mark.parametrize(
    ("door", "address"), [(door, address) for door, addresses in DOORS.items() for address in addresses]
)
async def test_what_hangs_together_knocks_at_one_door(
    deliveries: Deliveries, exports: Exports, door: str, address: dict[str, str]
) -> None:
    place = Destination(kind="webhook", address=address)
    export = (await exports.create(samples.export(), [place], at_most=1, failed_at_most=1)).export
    await exports.cancel(export.id, now=NOON)
    (news,) = await due(deliveries)
    assert (news.party, news.door) == (f"webhook {address.get('client', '')}", door)
    for full in ([news.party], [news.door]):
        assert await deliveries.due(SOON, at_most=10, full=full) == []
    assert await deliveries.due(SOON, at_most=10, under_way=[news.destination.id]) == []
    assert await deliveries.due(SOON, at_most=10, under_way=["dst"], full=["webhook"]) == [news]


async def test_delivered_news_is_due_no_more_and_never_twice(
    deliveries: Deliveries, completed: Export
) -> None:
    first, second = await due(deliveries)
    assert await deliveries.delivered(first.id)
    assert not await deliveries.delivered(first.id)
    assert not await deliveries.postpone(first.id, error="late", until=SOON)
    assert not await deliveries.abandon(first.id, error="late")
    assert await due(deliveries) == [second]


async def test_postponed_news_counts_its_attempts(deliveries: Deliveries, completed: Export) -> None:
    first, second = await due(deliveries)
    await deliveries.postpone(first.id, error="no answer", until=SOON + timedelta(seconds=1))
    assert await due(deliveries) == [second]
    assert await deliveries.next_due(after=NOON) == SOON + timedelta(seconds=1)
    (postponed,) = [news for news in await deliveries.of_export(completed.id) if news.id == first.id]
    assert (postponed.attempts, postponed.last_error) == (1, "no answer")


async def test_a_destination_hears_its_news_in_order(
    deliveries: Deliveries, exports: Exports, completed: Export
) -> None:
    here, there = await due(deliveries)
    await deliveries.delivered(here.id)
    await deliveries.postpone(there.id, error="no answer", until=SOON)
    await exports.expire(completed.id, now=SOON)
    events = {(news.destination.kind, news.event) for news in await due(deliveries)}
    assert events == {("here", Event.EXPIRED), ("there", Event.COMPLETED)}
    await deliveries.abandon(there.id, error="gone")
    events = {(news.destination.kind, news.event) for news in await due(deliveries)}
    assert events == {("here", Event.EXPIRED), ("there", Event.EXPIRED)}
    statuses = [news.status for news in await deliveries.of_export(completed.id)]
    assert statuses.count(DeliveryStatus.ABANDONED) == 1


@pytest.fixture
async def rendering(exports: Exports) -> Export:
    """An export that is being rendered; of its two destinations one asks for its progress."""
    curious = replace(samples.HERE, address={"events": "export.progress export.completed"})
    await exports.create(samples.export(), [curious, samples.THERE], at_most=1, failed_at_most=1)
    export = await exports.start_next(NOON)
    assert export
    return export


async def test_progress_is_told_only_where_it_is_asked_for(deliveries: Deliveries, rendering: Export) -> None:
    assert await deliveries.tell_progress(rendering.id, 25, now=NOON)
    (progress,) = await due(deliveries)
    assert (progress.destination.kind, progress.event, progress.percent) == ("here", Event.PROGRESS, 25)


async def test_later_progress_takes_the_place_of_the_earlier_under_a_new_name(
    deliveries: Deliveries, rendering: Export
) -> None:
    await deliveries.tell_progress(rendering.id, 25, now=NOON)
    (early,) = await due(deliveries)
    await deliveries.tell_progress(rendering.id, 75, now=NOON)
    (late,) = await due(deliveries)
    assert late.percent == 75
    assert late.id != early.id


async def test_progress_never_goes_back(deliveries: Deliveries, rendering: Export) -> None:
    assert await deliveries.tell_progress(rendering.id, 50, now=NOON)
    assert not await deliveries.tell_progress(rendering.id, 50, now=NOON)
    assert not await deliveries.tell_progress(rendering.id, 25, now=NOON)


async def test_the_end_is_due_in_the_place_of_progress_that_was_not_heard(
    deliveries: Deliveries, exports: Exports, rendering: Export
) -> None:
    await deliveries.tell_progress(rendering.id, 50, now=NOON)
    assert await exports.complete(
        rendering, file_key="k", facts=samples.FACTS, engine="1", now=NOON, expires_at=SOON
    )
    assert {news.event for news in await due(deliveries)} == {Event.COMPLETED}
    assert not await deliveries.tell_progress(rendering.id, 75, now=NOON)
    assert {news.event for news in await due(deliveries)} == {Event.COMPLETED}


async def test_a_destination_can_be_readdressed(deliveries: Deliveries, completed: Export) -> None:
    here, _ = await deliveries.destinations_of(completed.id)
    assert await deliveries.readdress(here.id, {"message": "1"})
    assert not await deliveries.readdress("dst_unknown", {})
    assert (await deliveries.destinations_of(completed.id))[0].address == {"message": "1"}
    found = await deliveries.destination(here.id)
    assert found
    assert (found.id, found.kind, found.address) == (here.id, here.kind, {"message": "1"})
    assert await deliveries.destination("dst_unknown") is None
    assert (await due(deliveries))[0].destination.address == {"message": "1"}


async def test_news_of_a_video_is_there_when_its_end_is_and_once(
    deliveries: Deliveries, intakes: Intakes
) -> None:
    intake = samples.intake()
    await intakes.add(intake, [samples.HERE, samples.THERE])
    assert await due(deliveries) == []
    assert await intakes.complete(intake.video_id, findings=None, scenes=[], now=NOON)
    assert not await intakes.fail(intake.video_id, "too late", now=NOON)
    told = await due(deliveries)
    assert [(news.event, news.video_id, news.export_id) for news in told] == [
        (VideoEvent.READY, intake.video_id, None)
    ] * 2


async def test_news_of_a_video_goes_with_it(deliveries: Deliveries, intakes: Intakes, videos: Videos) -> None:
    video = samples.video()
    await videos.add(video)
    await intakes.add(samples.intake(video_id=video.id), [samples.HERE])
    await intakes.complete(video.id, findings=None, scenes=[], now=NOON)
    await videos.remove(video.id)
    assert await due(deliveries) == []


@pytest.mark.parametrize("ended", [VideoEvent.READY, VideoEvent.FAILED])
async def test_news_of_a_video_outlives_that_its_scenes_are_asked_for(
    deliveries: Deliveries, intakes: Intakes, ended: VideoEvent
) -> None:
    intake = samples.intake(finds_scenes=False)
    await intakes.add(intake, [samples.HERE])
    if ended is VideoEvent.READY:
        await intakes.complete(intake.video_id, findings=None, scenes=[], now=NOON)
    else:
        await intakes.fail(intake.video_id, "no such film", now=NOON)
    (first,) = await due(deliveries)
    await deliveries.postpone(first.id, error="nobody is at home", until=NOON)

    await intakes.add(samples.intake(video_id=intake.video_id), [samples.THERE])
    (kept,) = await due(deliveries)
    assert (kept.id, kept.event, kept.attempts) == (first.id, ended, 1)
    asked = await intakes.get(intake.video_id)
    assert asked is not None
    assert (asked.status, asked.tries, asked.finished_at) == (IntakeStatus.DETECTING, 0, None)
    assert asked.error == ("no such film" if ended is VideoEvent.FAILED else None), "the news tells of it"

    assert await intakes.complete(intake.video_id, findings=None, scenes=[], now=NOON)
    told = [(news.destination.kind, news.event) for news in await due(deliveries)]
    assert told == [("here", ended), ("there", VideoEvent.READY)], "each hears of one end, its own"


async def test_what_is_on_its_way_or_has_its_scenes_does_not_begin_anew(intakes: Intakes) -> None:
    intake = samples.intake()
    await intakes.add(intake)
    with pytest.raises(sqlite3.IntegrityError):
        await intakes.add(intake)
    findings = Findings(cuts_s=(), loudness_lufs=None, lit=None)
    await intakes.complete(intake.video_id, findings=findings, scenes=[], now=NOON)
    with pytest.raises(sqlite3.IntegrityError):
        await intakes.add(intake)
