"""Several videos come in at once: no slow server and no eager user holds up the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from processing.opener import Opener
from processing.source import Source
from storage.intake_models import IntakeStatus
from storage.intake_queue import Lane
from tests import samples
from tests.processing.reception import Reception, taking_in

SLOW, QUICK = "https://slow.example/", "https://quick.example/"


async def test_a_slow_server_holds_up_nobody_else(reception: Reception) -> None:
    ingestor = reception.ingestor(fetches=2)
    slow = await ingestor.request(f"{SLOW}ana", owner_id="ana")
    async with taking_in(ingestor):
        await reception.shelf.has(1)
        quick = await ingestor.request(f"{QUICK}ben", owner_id="ben")
        await reception.is_ready(quick.video_id)
        waiting = await reception.intakes.get(slow.video_id)
        assert waiting is not None
        assert waiting.status is IntakeStatus.FETCHING
        assert ingestor.progress == {slow.video_id: 0.5}
        reception.shelf.slow_gate.set()
        await reception.is_ready(slow.video_id)


async def test_no_more_are_fetched_at_once_than_may_and_half_of_them_of_one_user(
    reception: Reception,
) -> None:
    ingestor = reception.ingestor(fetches=4, detects=False)
    for owner in ("ana", "ana", "ana", "ana", "ben", "ben", "ben"):
        await ingestor.request(f"{SLOW}{owner}", owner_id=owner)
    async with taking_in(ingestor):
        await reception.shelf.has(4)
        assert reception.shelf.under_way == {"ana": 2, "ben": 2}
        reception.shelf.slow_gate.set()
    await ingestor.work_off()
    assert (reception.shelf.most, reception.shelf.peak) == (4, {"ana": 2, "ben": 2})
    assert len(await reception.videos.ids()) == 7


async def test_who_has_one_begun_lets_everybody_else_in_between(reception: Reception) -> None:
    ingestor = reception.ingestor(fetches=1, detects=False)
    for owner in ("ana", "ana", "ana", "ben", "cem", "ben"):
        await ingestor.request(f"{QUICK}{owner}", owner_id=owner)
    await ingestor.work_off()
    assert reception.shelf.asked == ["ana", "ben", "cem", "ana", "ben", "ana"]


async def test_one_that_begins_anew_is_behind_those_who_wait(reception: Reception) -> None:
    intakes = reception.intakes
    again, first, second = (
        samples.intake(video_id=name) for name in ("vid_again", "vid_first", "vid_second")
    )
    await intakes.add(again)
    await intakes.fail(again.video_id, "no such film", now=samples.NOON)
    for intake in (first, second, again):
        await intakes.add(intake)
    begun: list[str] = []
    while (one := await intakes.begin_next(Lane.WATCHING, busy=begun)) is not None:
        begun.append(one.video_id)
    assert begun == ["vid_first", "vid_second", "vid_again"]


class CountingOpener(Opener):
    """Knows how many of its sources were open at once."""

    opened = 0
    most = 0

    @asynccontextmanager
    async def open(self, key: str) -> AsyncIterator[Source]:
        """What to read the source from."""
        async with super().open(key) as source:
            self.opened += 1
            self.most = max(self.most, self.opened)
            try:
                yield source
            finally:
                self.opened -= 1


async def test_one_video_is_watched_at_a_time_however_many_have_come(reception: Reception) -> None:
    reception.opener = counting = CountingOpener(reception.files)
    ingestor = reception.ingestor(fetches=4)
    asked = [await ingestor.request(f"{QUICK}{owner}", owner_id=owner) for owner in ("ana", "ben", "cem")]
    await ingestor.work_off()
    assert counting.most == 1
    for intake in asked:
        assert len(await reception.scenes.of_video(intake.video_id)) == 3


async def test_a_stop_breaks_all_of_them_off_and_the_next_start_goes_on_with_each(
    reception: Reception,
) -> None:
    ingestor = reception.ingestor(fetches=2)
    asked = [await ingestor.request(f"{SLOW}{owner}", owner_id=owner) for owner in ("ana", "ben", "cem")]
    async with taking_in(ingestor):
        await reception.shelf.has(2)
    for intake in asked:
        stopped = await reception.intakes.get(intake.video_id)
        assert stopped is not None
        assert (stopped.status, stopped.tries) == (IntakeStatus.FETCHING, 0)
    assert await reception.is_tidy()
    reception.shelf.slow_gate.set()
    again = reception.ingestor(fetches=2)
    for intake in asked:
        assert (await reception.finished(again, intake.video_id)).status is IntakeStatus.READY


async def test_an_end_that_cannot_be_written_breaks_the_loop_which_is_started_anew(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be begun again at once, and so on for as long as the disk is full."""

    async def refuse(*arguments: object, **named: object) -> bool:
        raise OSError("no space left")

    ingestor = reception.ingestor(detects=False)
    await ingestor.request(f"{QUICK}ana", owner_id="ana")
    with monkeypatch.context() as full:
        full.setattr(reception.intakes, "complete", refuse)
        full.setattr(reception.intakes, "fail", refuse)
        with pytest.raises(OSError, match="no space"):
            async with asyncio.timeout(30):
                await ingestor.run()
    assert reception.shelf.asked == ["ana"]
