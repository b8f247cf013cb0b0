"""The board that says how far each render is."""

import asyncio

from processing.ffmpeg import Progress
from processing.progress import ProgressBoard


def at(percent: float) -> Progress:
    return Progress(stage="encoding", percent=percent)


async def test_the_board_shows_the_latest_until_it_is_forgotten() -> None:
    board = ProgressBoard()
    board.report("a", at(10))
    board.report("b", at(5))
    board.report("a", at(20))
    assert {name: progress.percent for name, progress in board.latest.items()} == {"a": 20, "b": 5}
    board.forget("a")
    board.forget("never seen")
    assert set(board.latest) == {"b"}


async def test_percent_never_goes_back() -> None:
    board = ProgressBoard()
    for percent in (30, 20, 30, 29):
        board.report("a", at(percent))
    assert board.latest["a"].percent == 30


async def test_every_change_wakes_everyone_who_waits() -> None:
    board = ProgressBoard()
    for change in (lambda: board.report("a", at(1)), lambda: board.forget("a"), board.ring):
        waiting = [asyncio.create_task(board.changed()) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        change()
        await asyncio.gather(*waiting)
