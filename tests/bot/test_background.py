"""A loop that breaks is started again, and ends with the service."""

import asyncio

import pytest

from bot import background


async def test_work_that_breaks_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE_S", 0.0)
    tries, done = [], asyncio.Event()

    async def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("the disk is full")
        done.set()

    async with background.background("work", work):
        await asyncio.wait_for(done.wait(), 5)
    assert len(tries) == 3


async def test_work_is_cancelled_at_the_end() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with background.background("work", work):
        await started.wait()
    assert ended.is_set()


async def test_after_a_good_while_the_pauses_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[float] = []
    monkeypatch.setattr(background, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(background, "LONGEST_PAUSE_S", 0.004)
    monkeypatch.setattr(background.log, "exception", lambda _, *, work, pause_s: said.append(pause_s))
    moment, done = 0.0, asyncio.Event()
    lasts_s = iter([0.0, 0.0, 0.0, 0.0, 0.003, 0.004, 0.0])  # how long each run goes well

    async def work() -> None:
        nonlocal moment
        if (well_s := next(lasts_s, None)) is None:
            done.set()
            return
        moment += well_s
        raise OSError("the disk is full")

    async with background.background("work", work, elapsed=lambda: moment):
        await asyncio.wait_for(done.wait(), 5)
    assert said == [0.001, 0.002, 0.004, 0.004, 0.004, 0.001, 0.002]
