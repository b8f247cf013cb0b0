"""The first answer, where the connection breaks: before Discord has it, or before it can say so."""

from pathlib import Path

import pytest

from processing.ffmpeg import find_tools
from tests import clips
from tests.bot.chat.house import House
from tests.bot.chat.wire import connected
from tests.fake_discord import Channel, FakeDiscord, Interaction, User
from tests.fake_discord.named import CALLBACK


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture
def ana(discord_server: FakeDiscord) -> User:
    return discord_server.add_user("ana")


@pytest.fixture
def channel(discord_server: FakeDiscord, ana: User) -> Channel:
    return discord_server.add_guild("studio", [ana]).channels[0]


def break_off(discord: FakeDiscord, how: str) -> None:
    """The connection of the next answer."""
    if how == "cut":
        discord.cut(CALLBACK)
    else:
        discord.swallow_answer(CALLBACK)


async def ask(discord: FakeDiscord, house: House, clip: Path, user: User, channel: Channel) -> Interaction:
    options = {"scene": await house.add_scene(user.id, clip)}
    return await discord.slash("export", user=user, channel=channel, options=options)


@pytest.mark.parametrize("how", ["cut", "unheard"])
@pytest.mark.parametrize("command", ["quota", "exports", "scenes", "video list", "settings"])
async def test_a_command_whose_answer_breaks_off_is_answered(
    command: str, how: str, discord_server: FakeDiscord, tmp_path: Path, ana: User, channel: Channel
) -> None:
    async with connected(tmp_path, discord_server):
        break_off(discord_server, how)
        asked = await discord_server.slash(command, user=ana, channel=channel)
        shown = await asked.message()
        assert shown.ephemeral
        assert "did not work" not in shown.text
        assert asked.followups == []


@pytest.mark.parametrize("how", ["cut", "unheard"])
async def test_an_export_whose_answer_breaks_off_is_made_once(
    how: str, discord_server: FakeDiscord, tmp_path: Path, clip: Path, ana: User, channel: Channel
) -> None:
    async with connected(tmp_path, discord_server) as house:
        break_off(discord_server, how)
        asked = await ask(discord_server, house, clip, ana, channel)
        await asked.message()
        await house.finish()
        assert asked.original is not None
        assert asked.original.links
        assert "1 of 10 today" in asked.original.text


@pytest.mark.parametrize("how", ["cut", "unheard"])
async def test_a_refusal_is_told_though_the_answer_broke_off(
    how: str, discord_server: FakeDiscord, tmp_path: Path, clip: Path, ana: User, channel: Channel
) -> None:
    async with connected(tmp_path, discord_server) as house:
        break_off(discord_server, how)
        options = {"video": "vid_unknown"}
        asked = await discord_server.slash("video remove", user=ana, channel=channel, options=options)
        assert "did not work" in (await asked.message()).text

        card = await (await ask(discord_server, house, clip, ana, channel)).message()
        (export,) = await house.services.exports.of_user(ana.id, at_most=2)
        await house.services.exporter.cancel(export.id)
        break_off(discord_server, how)
        pressed = await discord_server.click(card, "Cancel", user=ana)
        told = await pressed.followup()
        assert "ended already" in told.text
        assert told.ephemeral


async def test_what_somebody_else_has_answered_is_left_to_them(
    discord_server: FakeDiscord, tmp_path: Path, clip: Path, ana: User, channel: Channel
) -> None:
    async with connected(tmp_path, discord_server) as house:
        other = discord_server.fail(CALLBACK, status=400, code=40060, times=2)
        await ask(discord_server, house, clip, ana, channel)
        await discord_server.met(other, 2)
        assert await house.services.exports.of_user(ana.id, at_most=1) == []
