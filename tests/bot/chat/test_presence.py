"""The line in the list of members tells how long the queue is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.presence import Presence, activity
from tests.bot.chat.house import Attached, House
from tests.bot.chat.wire import at_once, connected
from tests.fake_discord import Channel, FakeDiscord, Message
from tests.samples import scene, video

IDLE = "Makes shorts: /export"


@pytest.mark.parametrize(
    ("unfinished", "line"),
    [
        pytest.param(0, "Makes shorts: /export", id="idle"),
        pytest.param(3, "Making shorts: 3 in the queue", id="busy"),
    ],
)
def test_the_line_says_how_many_are_unfinished(unfinished: int, line: str) -> None:
    assert activity(unfinished).to_dict()["state"] == line


class Lines:
    """What the list of members has said, and what it says."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord

    @property
    def told(self) -> list[str]:
        return [shown["activities"][0]["state"] for shown in self._discord.gateway.presences]

    async def come_to(self, line: str, *, after: int = 0) -> None:
        await self._discord.until(lambda: self.told[after:][-1:] == [line], f"a presence that says {line!r}")


@pytest.fixture
async def house(discord_server: FakeDiscord, tmp_path: Path) -> AsyncIterator[House]:
    async with connected(tmp_path, discord_server) as house:
        connection = Attached()
        connection.attach(house.client)
        presence = Presence(services=house.services, connection=connection, spacing_s=0)
        showing = asyncio.create_task(presence.run())
        yield house
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


@pytest.fixture
def channel(discord_server: FakeDiscord) -> Channel:
    return discord_server.add_guild("studio").channels[0]


async def asked(discord: FakeDiscord, house: House, channel: Channel) -> Message:
    """The card of a short that waits."""
    user = discord.add_user("ana")
    held = video(owner_id=user.id)
    await house.services.videos.add(held)
    await house.services.scenes.add(wanted := scene(held))
    asked = await discord.slash("export", user=user, channel=channel, options={"scene": wanted.id})
    return await asked.wait_for(lambda message: "Cancel" in message.buttons)


async def test_the_line_follows_the_queue(
    discord_server: FakeDiscord, channel: Channel, house: House
) -> None:
    lines = Lines(discord_server)
    await lines.come_to(IDLE)
    await asked(discord_server, house, channel)
    await lines.come_to("Making shorts: 1 in the queue")
    card = await asked(discord_server, house, channel)
    await lines.come_to("Making shorts: 2 in the queue")
    export_id = card.buttons["Cancel"]["custom_id"].removeprefix("cancel:")
    await house.services.exporter.cancel(export_id)
    await lines.come_to("Making shorts: 1 in the queue")
    await house.make()
    house.services.board.ring()
    await lines.come_to(IDLE)


async def test_a_new_session_is_told_the_line_that_it_has_forgotten(
    discord_server: FakeDiscord, channel: Channel, house: House
) -> None:
    lines = Lines(discord_server)
    await lines.come_to(IDLE)
    house.client.before_identify_hook = at_once
    known = len(lines.told)
    await discord_server.gateway.invalidate(resumable=False)
    await lines.come_to(IDLE, after=known)
    assert lines.told[known:] == [IDLE]


async def test_what_happened_while_the_gateway_was_away_is_shown_when_it_is_back(
    discord_server: FakeDiscord, channel: Channel, house: House
) -> None:
    lines, gateway = Lines(discord_server), discord_server.gateway
    card = await asked(discord_server, house, channel)
    await lines.come_to("Making shorts: 1 in the queue")
    gateway.accepting, attempts = False, gateway.attempts
    gateway.drop()
    await discord_server.until(lambda: gateway.attempts > attempts, "the bot to find the gateway closed")
    export_id = card.buttons["Cancel"]["custom_id"].removeprefix("cancel:")
    await house.services.exporter.cancel(export_id)
    gateway.accepting = True
    await lines.come_to(IDLE)
    assert len(gateway.identifies) == 1, "it was resumed"
