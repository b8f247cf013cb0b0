"""The fair queue, whatever is asked for in whatever order."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.exports import Exports
from tests import samples
from tests.samples import NOON

START = "start"
#: What happened, to whose export, and which.
Story = list[tuple[str, str, str]]
#: Users who ask, and slots that become free, in any order.
HAPPENINGS = st.lists(st.sampled_from(["ana", "ben", "cem", START, START]), max_size=30)


async def walk(happenings: list[str]) -> Story:
    """What happened until nobody waited any more."""
    story: Story = []
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(Path(folder, "cutdown.db")) as database:
            exports = Exports(database)
            for happening in [*happenings, *[START] * len(happenings)]:
                if happening == START:
                    if export := await exports.start_next(NOON):
                        story.append((START, export.user_id, export.id))
                else:
                    export = samples.export(user_id=happening)
                    await exports.create(export, [], at_most=100, failed_at_most=100)
                    story.append(("ask", happening, export.id))
    return story


@settings(max_examples=50)
@given(HAPPENINGS)
def test_nobody_waits_long_and_single_requests_are_first_come_first_served(happenings: list[str]) -> None:
    story = asyncio.run(walk(happenings))
    asked = [name for what, _, name in story if what == "ask"]
    assert sorted(asked) == sorted(name for what, _, name in story if what == START)
    for user in ("ana", "ben", "cem"):
        while_they_wait_others_get_one_turn_at_most(story, user)
    those_who_have_one_waiting_start_in_order_of_request(story)


def while_they_wait_others_get_one_turn_at_most(story: Story, user: str) -> None:
    others_turns: list[str] = []
    waiting = 0
    for what, who, _ in story:
        if who == user:
            waiting += 1 if what == "ask" else -1
            others_turns = others_turns if what == "ask" and waiting > 1 else []
        elif what == START and waiting:
            assert who not in others_turns
            others_turns.append(who)


def those_who_have_one_waiting_start_in_order_of_request(story: Story) -> None:
    waiting: list[tuple[str, str]] = []
    alone: set[str] = set()  # those that never had company of their own user while they waited
    for what, user, name in story:
        if what == "ask":
            company = [other for who, other in waiting if who == user]
            alone = alone - set(company) if company else alone | {name}
            waiting.append((user, name))
        else:
            if name in alone:
                assert name == next(other for _, other in waiting if other in alone)
            waiting.remove((user, name))
