"""The questions that are asked all the time read no whole table, however long the service has run."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from storage.database import Database, Parameters
from storage.deliveries import Deliveries
from storage.exports import Exports
from storage.orders import Orders
from storage.scenes import Scenes
from storage.videos import Videos
from tests.samples import NOON


class Explained(Database):
    """Asks SQLite of every question how it will find the answer."""

    plans: list[str]

    async def fetch_all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        steps = await super().fetch_all(f"EXPLAIN QUERY PLAN {sql}", parameters)
        self.plans = [*getattr(self, "plans", []), *(step["detail"] for step in steps)]
        return await super().fetch_all(sql, parameters)


@pytest.fixture
async def explained(tmp_path: Path) -> AsyncIterator[Explained]:
    async with Explained.open(tmp_path / "cutdown.db") as database:
        yield database


Question = Callable[[Database], Awaitable[object]]
QUESTIONS: dict[str, Question] = {
    "export": lambda db: Exports(db).get("exp_1"),
    "link": lambda db: Exports(db).by_token("token"),
    "exports of a user": lambda db: Exports(db).of_user("ana", at_most=20),
    "next exports of a user": lambda db: Exports(db).of_user("ana", at_most=20, after=7),
    "day of a user": lambda db: Exports(db).quota("ana", NOON, limit=10),
    "queue": lambda db: Exports(db).anybody_waits(),
    "place in the queue": lambda db: Exports(db).waiting_before("exp_1"),
    "unfinished": lambda db: Exports(db).unfinished(),
    "cards to be kept": lambda db: Exports(db).active_for("discord"),
    "links that end": lambda db: Exports(db).due(NOON, at_most=100),
    "orders in vain": lambda db: Orders(db).in_vain(),
    "news to bring": lambda db: Deliveries(db).due(NOON, at_most=50),
    "news to bring besides": lambda db: Deliveries(db).due(
        NOON, at_most=50, under_way=["dst_1"], full=["x"], latest=NOON
    ),
    "news that is overtaken": lambda db: Deliveries(db).overtaken(["dlv_1"]),
    "next news": lambda db: Deliveries(db).next_due(after=NOON),
    "log of a client": lambda db: Deliveries(db).of_client("tool", at_most=20),
    "next of the log": lambda db: Deliveries(db).of_client("tool", at_most=20, after=7),
    "log of an export": lambda db: Deliveries(db).of_client("tool", export_id="exp_1", at_most=20),
    "log of a video": lambda db: Deliveries(db).of_client("tool", video_id="vid_1", at_most=20),
    "scenes of a user by a word": lambda db: Scenes(db).matching("ana", "über", at_most=25),
    "videos of a user": lambda db: Videos(db).page_of("ana", at_most=20, after=None),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_no_table_is_read_as_a_whole(explained: Explained, question: Question) -> None:
    await question(explained)
    assert explained.plans
    assert [step for step in explained.plans if step.startswith("SCAN ")] == []


@pytest.mark.parametrize("name", ["exports of a user", "log of a client", "next of the log"])
async def test_a_page_is_read_in_its_order_and_not_sorted(explained: Explained, name: str) -> None:
    await QUESTIONS[name](explained)
    assert [step for step in explained.plans if "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(
    ("name", "index"),
    [("log of an export", "deliveries_by_export"), ("log of a video", "deliveries_by_video")],
)
async def test_the_log_of_one_thing_is_found_by_that_thing(
    explained: Explained, name: str, index: str
) -> None:
    await QUESTIONS[name](explained)
    assert any(index in step for step in explained.plans)
