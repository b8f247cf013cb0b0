"""Brings the news of exports and of videos to their destinations, and retries what is due."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from processing.news import LONGEST_PATIENCE_S, News, Notifier, RetryLater, Undeliverable, VideoNews
from processing.tally import Tally
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.intakes import Intakes
from storage.models import Delivery, Event, VideoEvent

log = structlog.get_logger()

#: Attempts under way at the same time for one party and at one door, and how long one may take.
PARTY_AT_ONCE = 50
DOOR_AT_ONCE = 10
#: So many are read of the table at a time.
BATCH = 50
PATIENCE_S = 120.0
FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 2 * 3600.0
#: The longest delay is reached before, and of any number of attempts the power would be beyond a float.
DOUBLINGS = 16
GIVE_UP_AFTER = timedelta(hours=26)
ERROR_CHARACTERS = 500


def next_attempt(delivery: Delivery, *, now: datetime, at_least_s: float, chance: float) -> datetime | None:
    """When to try again: after twice as long each time, spread by `chance` in [0, 1). None: never."""
    if now - delivery.created_at > GIVE_UP_AFTER:
        return None
    middle_s = min(FIRST_DELAY_S * 2 ** min(delivery.attempts, DOUBLINGS), LONGEST_DELAY_S)
    delay_s = middle_s * (0.75 + 0.5 * chance)
    return now + timedelta(seconds=max(delay_s, at_least_s))


class Courier:
    """Owns every change of a delivery's status."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        exports: Exports,
        intakes: Intakes,
        notifiers: Mapping[str, Notifier],
        exports_per_day: int,
        now: Callable[[], datetime],
        news: asyncio.Event | None = None,
        tally: Tally | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._exports = exports
        self._intakes = intakes
        self._notifiers = notifiers
        self._exports_per_day = exports_per_day
        self._now = now
        self._news = news or asyncio.Event()
        self._tally = tally or Tally()
        self._tally.expect_kinds(notifiers)
        #: destination -> what is on its way there
        self._under_way: dict[str, tuple[Delivery, asyncio.Task[None]]] = {}
        # one round at a time: what is under way is left out of what is read, and nothing joins it meanwhile
        self._round = asyncio.Lock()

    def wake(self) -> None:
        """There is news: do not wait for the next attempt that was planned."""
        self._news.set()

    async def run(self) -> None:
        """Bring what is due until cancelled. A slow destination holds up nobody but its own door."""
        async with asyncio.TaskGroup() as attempts:
            while True:
                self._news.clear()
                now = self._now()
                await self._set_out(now, attempts)
                await self._pause(now)

    async def bring_due(self) -> None:
        """One attempt at everything that is due."""
        async with asyncio.TaskGroup() as attempts:
            await self._set_out(self._now(), attempts)

    async def _set_out(self, now: datetime, attempts: asyncio.TaskGroup) -> None:
        async with self._round:
            await self._break_off()
            while await self._begin_some(now, attempts):
                pass

    async def _break_off(self) -> None:
        """End attempts at a progress that is old news: they must neither hold back nor follow what is new."""
        progress = {
            delivery.id: task
            for delivery, task in self._under_way.values()
            if delivery.event is Event.PROGRESS and not task.cancelling()
        }
        for delivery_id in await self._deliveries.overtaken(progress) if progress else ():
            progress[delivery_id].cancel()

    async def _begin_some(self, now: datetime, attempts: asyncio.TaskGroup) -> bool:
        """Begin what there is room for; whether there may be more of that."""
        due = await self._deliveries.due(
            now,
            at_most=BATCH,
            under_way=list(self._under_way),
            full=self._full(),
            latest=now + timedelta(seconds=LONGEST_PATIENCE_S),
        )
        begun = 0
        for delivery in due:
            if self._full().isdisjoint({delivery.party, delivery.door}):
                self._begin(delivery, attempts)
                begun += 1
        return len(due) == BATCH and begun > 0

    def _full(self) -> set[str]:
        """Parties and doors that have no room now."""
        on_the_way = [delivery for delivery, _ in self._under_way.values()]
        parties = Counter(delivery.party for delivery in on_the_way)
        doors = Counter(delivery.door for delivery in on_the_way)
        return {party for party, number in parties.items() if number >= PARTY_AT_ONCE} | {
            door for door, number in doors.items() if number >= DOOR_AT_ONCE
        }

    def _begin(self, delivery: Delivery, attempts: asyncio.TaskGroup) -> None:
        place = delivery.destination.id
        task = attempts.create_task(self._bring(delivery), name=delivery.id)
        self._under_way[place] = delivery, task
        task.add_done_callback(partial(self._came_back, place))

    def _came_back(self, place: str, _: asyncio.Task[None]) -> None:
        del self._under_way[place]
        # there may be more for that destination, or for those who found no room
        self._news.set()

    async def _pause(self, now: datetime) -> None:
        moment = await self._deliveries.next_due(after=now)
        wait_s = None if moment is None else max(0.0, (moment - self._now()).total_seconds())
        # not `wait_for`: before Python 3.12, of a cancellation that meets news it loses the cancellation
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._news.wait()

    async def _bring(self, delivery: Delivery) -> None:
        try:
            await self._attempt(delivery)
        except Exception as error:
            # what is wrong with one must not end the run, which is everybody's; that ends only when
            # this cannot be written down either
            log.exception("news broke", **_ids(delivery))
            await self._retry(delivery, type(error).__name__)

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._notifier(delivery).notify(await self._told(delivery))
        except Undeliverable as error:
            await self._abandon(delivery, _said(error))
        except RetryLater as error:
            await self._retry(delivery, _said(error), at_least_s=min(error.after_s, LONGEST_PATIENCE_S))
        except Exception as error:  # noqa: BLE001 - every other failure is a reason to try again
            await self._retry(delivery, _said(error))
        else:
            await self._deliveries.delivered(delivery.id)
            log.info("news delivered", **_ids(delivery))

    def _notifier(self, delivery: Delivery) -> Notifier:
        notifier = self._notifiers.get(delivery.destination.kind)
        if notifier is None:
            raise RetryLater(f"nobody here brings news by {delivery.destination.kind}")
        return notifier

    async def _told(self, delivery: Delivery) -> News | VideoNews:
        """What there is to tell, as its subject stands now."""
        if isinstance(delivery.event, VideoEvent):
            return await self._told_of_video(delivery, delivery.event)
        export = await self._exports.get(delivery.export_id) if delivery.export_id else None
        if export is None:
            raise Undeliverable("the export is gone")
        quota = await self._exports.quota(export.user_id, self._now(), limit=self._exports_per_day)
        return News(
            delivery_id=delivery.id,
            event=delivery.event,
            export=export,
            destination=delivery.destination,
            quota=quota,
            occurred_at=delivery.created_at,
            percent=delivery.percent,
        )

    async def _told_of_video(self, delivery: Delivery, event: VideoEvent) -> VideoNews:
        intake = await self._intakes.get(delivery.video_id) if delivery.video_id else None
        if intake is None:
            raise Undeliverable("the video is gone")
        return VideoNews(
            delivery_id=delivery.id,
            event=event,
            intake=intake,
            destination=delivery.destination,
            occurred_at=delivery.created_at,
        )

    async def _retry(self, delivery: Delivery, said: str, *, at_least_s: float = 0.0) -> None:
        moment = next_attempt(
            delivery,
            now=self._now(),
            at_least_s=at_least_s,
            chance=random.random(),  # noqa: S311
        )
        if moment is None:
            await self._abandon(delivery, said)
            return
        await self._deliveries.postpone(delivery.id, error=said, until=moment)
        log.warning("news postponed", error=said, until=moment.isoformat(), **_ids(delivery))

    async def _abandon(self, delivery: Delivery, said: str) -> None:
        if await self._deliveries.abandon(delivery.id, error=said):
            self._tally.lost[delivery.destination.kind] += 1
        log.warning("news abandoned", error=said, **_ids(delivery))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS]


def _ids(delivery: Delivery) -> dict[str, str | int]:
    return {
        "delivery_id": delivery.id,
        "export_id" if delivery.export_id else "video_id": delivery.export_id or delivery.video_id or "",
        "kind": delivery.destination.kind,
        "attempt": delivery.attempts + 1,
    }
