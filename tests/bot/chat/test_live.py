"""Progress on Discord: the latest only, never after the end, one edit a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.chat.address import KIND, Address
from bot.chat.cards import components_of
from bot.chat.live import LiveCards
from bot.chat.post import Letter, Post
from processing.ffmpeg import Progress
from processing.progress import ProgressBoard
from storage.exports import Exports
from storage.models import Destination, Export
from storage.moments import utc_now
from tests.bot.chat.samples import export

ADDRESS = Address(user_id="7", channel_id="1", message_id="2")


@dataclass
class Shown(Post):
    """Keeps what would have been sent."""

    edits: list[str] = field(default_factory=list)
    edited: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        super().__init__(connection=None, deliveries=None)  # type: ignore[arg-type]

    @property
    def online(self) -> bool:
        return True

    async def edit(self, destination: Destination, letter: Letter) -> bool:
        self.edits.append(str(components_of(letter.card)))
        self.edited.set()
        return True


@pytest.fixture
def board() -> ProgressBoard:
    return ProgressBoard()


@pytest.fixture
def post() -> Shown:
    return Shown()


@pytest.fixture
async def live(exports: Exports, board: ProgressBoard, post: Shown) -> LiveCards:
    services: Any = SimpleNamespace(
        exports=exports,
        board=board,
        now=utc_now,
        settings=SimpleNamespace(limits=SimpleNamespace(exports_per_day=10)),
        download_url=lambda export: "https://shorts.example.org/d/x",
    )
    return LiveCards(services=services, post=post, spacing_s=0)


async def accepted(exports: Exports, *, name: str = "a", address: Address = ADDRESS) -> Export:
    asked = export(id=f"exp_{name}", token=name, attempt=0, created_at=utc_now())
    places = [Destination(kind=KIND, address=address.as_text())]
    await exports.create(asked, places, at_most=10, failed_at_most=10)
    return asked


@pytest.fixture
async def running(exports: Exports) -> Export:
    await accepted(exports)
    started = await exports.start_next(utc_now())
    assert started is not None
    return started


def percent(part: float) -> Progress:
    return Progress(stage="rendering", percent=part)


async def test_what_has_not_changed_is_not_sent_again(
    live: LiveCards, post: Shown, board: ProgressBoard, running: Export
) -> None:
    for part in (10.1, 10.2, 10.9):
        board.report(running.id, percent(part))
        await live.show_all()
    assert len(post.edits) == 1
    board.report(running.id, percent(11))
    await live.show_all()
    assert len(post.edits) == 2


async def test_of_many_changes_only_the_latest_is_sent(
    live: LiveCards, post: Shown, board: ProgressBoard, running: Export
) -> None:
    for part in range(100):
        board.report(running.id, percent(part))
    await live.show_all()
    assert len(post.edits) == 1
    assert "99 %" in post.edits[0]


async def test_a_short_that_has_ended_is_left_to_the_last_card(
    live: LiveCards, post: Shown, exports: Exports, running: Export
) -> None:
    (place,) = await exports.active_for(KIND)
    await exports.cancel(running.id, now=utc_now())
    await live.show(running, place[1])
    assert post.edits == []


async def test_a_progress_edit_waits_for_whoever_writes_and_then_sees_that_it_is_over(
    live: LiveCards, post: Shown, exports: Exports, running: Export
) -> None:
    (place,) = await exports.active_for(KIND)
    async with post.turn(ADDRESS):
        late = asyncio.create_task(live.show(running, place[1]))
        await exports.cancel(running.id, now=utc_now())
    await late
    assert post.edits == []


async def test_shorts_that_share_a_message_are_one_edit(
    live: LiveCards, post: Shown, exports: Exports
) -> None:
    shared = Address(user_id="7", channel_id="1", message_id="2", batch="exp_a exp_b")
    for name in ("a", "b"):
        await accepted(exports, name=name, address=shared)
    await live.show_all()
    assert len(post.edits) == 1
    assert "0 of 2 done" in post.edits[0]


async def test_edits_are_spaced_and_after_each_pause_only_the_latest_is_sent(
    live: LiveCards, post: Shown, board: ProgressBoard, running: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        await pauses.put(over := asyncio.Event())
        await over.wait()

    monkeypatch.setattr("bot.chat.live.asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": pause}))
    async with showing(live):
        over = await pauses.get()
        for part in (20, 40, 60):
            board.report(running.id, percent(part))
        assert len(post.edits) == 1, "not before the pause is over"
        post.edited.clear()
        over.set()
        await post.edited.wait()
        await pauses.get()
    assert len(post.edits) == 2
    assert "60 %" in post.edits[-1]


async def test_a_change_wakes_the_loop(
    live: LiveCards, post: Shown, board: ProgressBoard, running: Export
) -> None:
    async with showing(live):
        for part in (20, 40):
            post.edited.clear()
            board.report(running.id, percent(part))
            await post.edited.wait()
    assert "40 %" in post.edits[-1]


@asynccontextmanager
async def showing(live: LiveCards) -> AsyncIterator[None]:
    """The loop, for as long as the block runs."""
    task = asyncio.create_task(live.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
