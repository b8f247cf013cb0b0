"""Each step on the way to Discord, refused in each of its ways: the user still gets the short.

One program for all of it. Where each refusal leads, one by one, is in `tests/bot/notifiers/test_discord.py`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from processing.ffmpeg import Tools
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, Fault, User
from tests.fake_discord.fixtures import judged
from tests.fake_discord.named import BOT_EDIT, CALLBACK, OPEN_DM, SEND, TOKEN_EDIT

pytestmark = [pytest.mark.acceptance, pytest.mark.asyncio(loop_scope="module")]

#: What closes a way; and what only delays it, with what closes it afterwards.
CLOSED = {401: (401, 50027), 403: (403, 50001), 404: (404, 10008)}
DELAYED = {429: (429, 0), 502: (502, 0)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord() -> AsyncIterator[FakeDiscord]:
    async with judged() as discord:
        yield discord


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(
    discord: FakeDiscord, tools: Tools, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Program]:
    async with against(discord, tools, tmp_path_factory.mktemp("program")) as program:
        program.open_gate()
        yield program


class Refusals:
    """What one user's short meets on its way: each step refuses it, and only it."""

    def __init__(self, discord: FakeDiscord, user: User, channel: Channel) -> None:
        self._discord = discord
        self._dm = discord.dm(user).id
        self._channel = channel.id
        self._user = user
        self.faults: list[Fault] = []

    def refuse(self, route: str, refusal: tuple[int, int], *, dm: bool = False, times: int = 1) -> None:
        status, code = refusal

        def only(call: object) -> bool:
            place = call.params.get("channel_id")  # type: ignore[attr-defined]
            return place in (None, self._dm if dm else self._channel)

        self.faults.append(self._discord.fail(route, status=status, code=code, times=times, only=only))

    def close(self, *routes: str, by: tuple[int, int]) -> None:
        """For good: once with a video, and once without."""
        for route in routes:
            self.refuse(route, by, times=99)

    def delay(self, *routes: str, by: tuple[int, int]) -> None:
        for route in routes:
            self.refuse(route, by)
            self.close(route, by=CLOSED[403])

    def all_met(self) -> bool:
        return all(fault.met for fault in self.faults)

    def release(self) -> None:
        for fault in self.faults:
            fault.release()


@pytest.mark.parametrize("status", [*CLOSED, *DELAYED])
async def test_a_short_that_is_refused_at_every_step_comes_as_a_direct_message(
    status: int, discord: FakeDiscord, program: Program, clip: Path
) -> None:
    ana = discord.add_user("ana")
    channel = discord.add_guild("studio", [ana]).channels[0]
    scene = await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))
    refusals = Refusals(discord, ana, channel)
    if status in CLOSED:
        refusals.close(TOKEN_EDIT, by=CLOSED[status])
        # a 401 on the bot's own routes is about the bot's own token, and is tried again much later
        refusals.close(BOT_EDIT, SEND, by=CLOSED[403 if status == 401 else status])
    else:
        refusals.delay(TOKEN_EDIT, BOT_EDIT, SEND, by=DELAYED[status])
        refusals.refuse(OPEN_DM, DELAYED[status])
        refusals.refuse(SEND, DELAYED[status], dm=True)

    options = {"scene": scene, "strategy": "center_crop", "quality": "draft"}
    await discord.slash("export", user=ana, channel=channel, options=options)
    done = await discord.posted(discord.dm(ana), lambda message: message.links)

    assert refusals.all_met()
    refusals.release()
    assert done.mentions == [ana.id]
    assert (await program.download(done.links["Download"]))[0] == 200
    assert not [message for message in channel.messages.values() if message.links]


async def test_what_cannot_be_answered_at_all_makes_no_short_and_costs_nothing(
    discord: FakeDiscord, program: Program, clip: Path
) -> None:
    ana = discord.add_user("ana")
    channel = discord.add_guild("studio", [ana]).channels[0]
    scene = await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))
    for status, code, times in [(401, 50027, 2), (403, 50001, 2), (404, 10062, 1)]:
        fault = discord.fail(CALLBACK, status=status, code=code, times=times)
        await discord.slash("export", user=ana, channel=channel, options={"scene": scene})
        await discord.met(fault, times)  # the answer, and to say that it did not work
    for status in (429, 502):
        fault = discord.fail(CALLBACK, status=status)
        quota = await (await discord.slash("quota", user=ana, channel=channel)).message()
        assert fault.met == 1
        assert "0 of 10 today" in quota.text
