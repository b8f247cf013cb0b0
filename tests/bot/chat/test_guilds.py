"""Who may make shorts on a server, by the roles that came with the command."""

from pathlib import Path

import pytest

from bot.chat.guilds import GuildSettings, load, save
from processing.ffmpeg import find_tools
from tests import clips
from tests.bot.chat.house import House
from tests.bot.chat.wire import connected
from tests.fake_discord import Channel, FakeDiscord, Interaction, User
from tests.scenarios.stage import staged, text_of

EDITORS = "1234567890123456789"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


async def exported(
    discord: FakeDiscord, house: House, user: User, channel: Channel, clip: Path
) -> Interaction:
    """A short that this user has asked for there, when the answer is there."""
    scene = await house.add_scene(user.id, clip)
    asked = await discord.slash("export", user=user, channel=channel, options={"scene": scene})
    await asked.wait_for(lambda message: not message.loading)
    return asked


async def test_the_role_that_came_with_the_command_counts_although_the_server_is_not_known_yet(
    discord_server: FakeDiscord, tmp_path: Path, clip: Path
) -> None:
    owner, ana, bob = (discord_server.add_user(name) for name in ("owner", "ana", "bob"))
    ana.roles.append(EDITORS)  # the server itself has not told of that role
    guild = discord_server.add_guild("studio", [owner, ana, bob])
    async with connected(tmp_path, discord_server) as house:
        await save(house.services.notes, int(guild.id), GuildSettings(role_id=EDITORS))
        for user, exports in ((ana, 1), (bob, 0)):
            await exported(discord_server, house, user, guild.channels[0], clip)
            assert len(await house.services.exports.of_user(user.id, at_most=2)) == exports


async def test_a_role_that_was_everyone_shuts_nobody_out(
    discord_server: FakeDiscord, tmp_path: Path, clip: Path
) -> None:
    owner, ana = (discord_server.add_user(name) for name in ("owner", "ana"))
    guild = discord_server.add_guild("studio", [owner, ana])
    async with connected(tmp_path, discord_server) as house:
        await save(house.services.notes, int(guild.id), GuildSettings(role_id=guild.id))
        await exported(discord_server, house, ana, guild.channels[0], clip)
        assert len(await house.services.exports.of_user(ana.id, at_most=2)) == 1


async def test_everyone_as_the_role_means_that_no_role_is_asked_for(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        guild = stage.channel.guild
        for role, says in ((guild.create_role("Editors"), "<@&"), (guild.default_role, "everyone")):
            set_now = await stage.boss.slash(stage.channel, "settings", role=role)
            assert f"may be made by: {says}" in text_of(set_now.response.components)
        assert (await load(stage.services.notes, guild.id)).role_id == ""
