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
