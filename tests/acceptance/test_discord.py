"""The whole way through Discord: the real program, on loopback, against a Discord that is not."""

from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from tests.acceptance.asking import RECIPE, ask
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, User

pytestmark = pytest.mark.acceptance


async def test_a_scene_becomes_a_link_that_downloads(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    choices = await discord_server.autocomplete(
        "export", user=ana, channel=channel, options={"scene": "kick"}, focused="scene"
    )
    assert [(choice["value"], choice["name"]) for choice in choices] == [(scene, "Kick-off · 0:00-0:00.5")]

    asked = await ask(discord_server, scene, user=ana, channel=channel)
    program.open_gate()
    done = await asked.wait_for(lambda message: "Download" in message.links)

    status, body = await program.download(done.links["Download"])
    assert (status, body[4:8]) == (200, b"ftyp")
    assert [file["size"] for file in done.attachments] == [len(body)], "it plays in the card"
    assert done.mentions == [ana.id]
    assert "1080×1920" in done.text  # noqa: RUF001
    assert "expires <t:" in done.text
    assert "1 of 10 today" in done.text
    assert not done.ephemeral
    assert discord_server.commands.syncs == 1


async def test_quota_and_history_are_for_the_user_alone(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    done = await asked.wait_for(lambda message: message.links)

    quota = await (await discord_server.slash("quota", user=ana, channel=channel)).message()
    history = await (await discord_server.slash("exports", user=ana, channel=channel)).message()

    assert "1 of 10 today" in quota.text
    assert done.links["Download"] in history.text
    assert quota.ephemeral
    assert history.ephemeral


async def test_the_eleventh_short_of_the_day_is_refused_to_the_user_alone(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    options = {"scene": scene, **RECIPE}
    for _ in range(10):
        asked = await discord_server.slash("export", user=ana, channel=channel, options=options)
        await asked.message()
    refused = await discord_server.slash("export", user=ana, channel=channel, options=options)

    told = await refused.followup()
    assert "All 10 of today's shorts are used" in told.text
    assert told.ephemeral
    await discord_server.until(lambda: len(discord_server.messages(channel)) == 11, "no more than that left")


async def test_an_expired_short_is_edited_once_to_say_so(
    discord_server: FakeDiscord, tools: Tools, clip: Path, tmp_path: Path, ana: User, channel: Channel
) -> None:
    async with against(discord_server, tools, tmp_path, link_hours=0.0001) as program:
        program.open_gate()
        scene = await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))
        asked = await ask(discord_server, scene, user=ana, channel=channel)
        done = await asked.wait_for(lambda message: message.links)
        asked.expire()
        link = done.links["Download"]

        await program.stop()
        await program.start()  # the upkeep begins with what is overdue
        await asked.wait_for(lambda message: "expired" in message.text)

        assert not done.links
        assert done.edits[-1].by == "bot"
        assert ["expired" in edit.text for edit in done.edits].count(True) == 1
        assert (await program.download(program.url + link[link.index("/d/") :]))[0] == 410


@pytest.mark.parametrize("where", ["direct-message", "private-channel", "server-without-the-bot"])
async def test_a_short_is_made_wherever_the_user_takes_the_bot(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, where: str
) -> None:
    bob = discord_server.add_user("bob")
    place = {
        "direct-message": discord_server.dm(ana),
        "private-channel": discord_server.dm(ana, bob),
        "server-without-the-bot": discord_server.add_guild("elsewhere", [bob, ana], has_bot=False).channels[
            0
        ],
    }[where]
    program.open_gate()
    asked = await discord_server.slash(
        "export",
        user=ana,
        channel=place,
        options={"scene": scene, **RECIPE},
        user_install=where != "direct-message",
    )
    done = await asked.wait_for(lambda message: message.links)
    assert done.mentions == [ana.id]
