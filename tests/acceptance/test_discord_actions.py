"""Everything else that people do on Discord: buttons, windows, lists, videos, settings."""

from pathlib import Path

import pytest

from bot.chat.guilds import GuildSettings, save
from processing.ffmpeg import Tools
from storage.database import Database
from storage.notes import Notes
from tests.acceptance.asking import ask
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, Upload, User

pytestmark = pytest.mark.acceptance


async def test_cancel_stops_the_short_and_gives_its_place_back(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    card = await asked.wait_for(lambda message: "Cancel" in message.buttons)

    first = await discord_server.click(card, "Cancel", user=ana)
    second = await discord_server.click(card, "Cancel", user=ana)
    await asked.wait_for(lambda message: "did not count" in message.text)
    told = await discord_server.until(
        lambda: next(iter(first.followups + second.followups), None), "one of two clicks to be too late"
    )

    assert "0 of 10 today" in card.text
    assert "ended already" in told.text
    assert told.ephemeral


async def test_a_finished_short_can_be_deleted_and_rendered_again(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    card = await asked.wait_for(lambda message: message.links)
    link = card.links["Download"]

    await discord_server.click(card, "Delete now", user=ana)
    await asked.wait_for(lambda message: "deleted" in message.text)
    assert (await program.download(link))[0] == 410
    assert not card.attachments

    again = await discord_server.click(card, "Render again", user=ana)
    fresh = await again.wait_for(lambda message: message.links)
    assert fresh is not card
    assert "2 of 10 today" in fresh.text


async def test_another_short_is_asked_for_in_a_window_even_after_a_restart(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    card = await asked.wait_for(lambda message: message.links)
    await program.stop()
    await program.start()

    window = await discord_server.click(card, "Make another", user=ana)
    wrong = await discord_server.submit_modal(window, {"end": "soon"})
    assert "A time is written as" in (await wrong.message()).text

    window = await discord_server.click(card, "Make another", user=ana)
    sent = await discord_server.submit_modal(window, {"strategy": "letterbox", "end": "0:00.4"})
    done = await sent.wait_for(lambda message: message.links)
    assert "0:00-0:00.4 · 0.4 s · Letterbox · Medium" in done.text


async def test_a_strangers_button_does_nothing(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    card = await asked.wait_for(lambda message: "Cancel" in message.buttons)
    click = await discord_server.click(card, "Cancel", user=discord_server.add_user("bob"))
    assert "not yours" in (await click.followup()).text
    assert "Cancel" in card.buttons


async def test_a_video_that_is_sent_becomes_scenes_to_choose_from(
    discord_server: FakeDiscord, program: Program, clip: Path, ana: User, channel: Channel
) -> None:
    program.open_gate()
    file = Upload("match.mp4", clip.read_bytes(), "video/mp4")
    options = {"file": file, "title": "Match", "start": "0.1", "end": "0.6"}
    added = await (
        await discord_server.slash("video add", user=ana, channel=channel, options=options)
    ).message()
    assert "0:00.1-0:00.6 · 0.5 s" in added.text
    assert added.ephemeral

    window = await discord_server.click(added, "Export to Short", user=ana)
    done = await (await discord_server.submit_modal(window)).wait_for(lambda message: message.links)
    assert not done.ephemeral

    listed = await (await discord_server.slash("video list", user=ana, channel=channel)).message()
    assert "Match" in listed.text
    choices = await discord_server.autocomplete(
        "video remove", user=ana, channel=channel, options={"video": "mat"}, focused="video"
    )
    removed = await discord_server.slash(
        "video remove", user=ana, channel=channel, options={"video": choices[0]["value"]}
    )
    assert "removed" in (await removed.message()).text
    scenes = await (await discord_server.slash("scenes", user=ana, channel=channel)).message()
    assert "There are no scenes here" in scenes.text


async def test_what_is_no_video_is_refused_with_the_reason(
    discord_server: FakeDiscord, program: Program, ana: User, channel: Channel
) -> None:
    sent = await discord_server.slash(
        "video add", user=ana, channel=channel, options={"file": Upload("notes.mp4", b"buy milk" * 100)}
    )
    assert "not a video" in (await sent.message()).text


async def test_several_scenes_are_made_in_one_message_and_what_is_over_the_quota_is_named(
    discord_server: FakeDiscord, program: Program, clip: Path, ana: User, channel: Channel
) -> None:
    scenes = [
        await program.add_scene(
            clip, owner_id=ana.id, title=f"Take {number}", times=(0.0, 0.2 + number / 100)
        )
        for number in range(7)
    ]
    for scene in [scenes[0]] * 8:
        asked = await ask(discord_server, scene, user=ana, channel=channel)
        await asked.message()

    page = await (await discord_server.slash("scenes", user=ana, channel=channel)).message()
    assert page.text.count("Export to Short") == 5
    turned = await discord_server.click(page, "▶", user=ana)
    await turned.wait_for(lambda message: message.text.count("Export to Short") == 2)
    await (await discord_server.click(page, "◀", user=ana)).wait_for(lambda message: "Take 6" in message.text)

    chosen = await discord_server.choose(page, "Several at once …", scenes[:3], user=ana)
    sent = await discord_server.submit_modal(chosen, {"strategy": "letterbox"})
    card = await sent.wait_for(lambda message: "0 of 2 done" in message.text)
    assert "Left out: Take 2" in card.text
    cancel = next(c["custom_id"] for c in card.components if c.get("label") == "Cancel")
    await discord_server.click(card, cancel, user=ana)
    await sent.wait_for(lambda message: "1 of 2 done" in message.text)
    program.open_gate()
    await sent.wait_for(lambda message: "2 of 2 done" in message.text)
    assert len(card.links) == 1


async def test_a_message_with_a_video_can_be_made_into_shorts(
    discord_server: FakeDiscord, program: Program, clip: Path, ana: User, channel: Channel
) -> None:
    program.open_gate()
    video = Upload("match.mp4", clip.read_bytes(), "video/mp4")
    message = discord_server.post(channel, user=discord_server.add_user("bob"), files=[video])
    del message.state["attachments"][0]["content_type"]  # Discord does not know every kind of file
    asked = await discord_server.context_menu("Make a short", message, user=ana)
    scenes = await asked.wait_for(lambda message: "Export to Short" in message.buttons)
    assert "0:00-0:01 · 1.0 s" in scenes.text

    text = discord_server.post(channel, user=ana, content="no video here")
    refused = await discord_server.context_menu("Make a short", text, user=ana)
    assert "There is no video on that message" in (await refused.message()).text


async def test_a_video_shared_with_a_server_is_open_to_its_members_there_on_their_own_quota(
    discord_server: FakeDiscord, program: Program, clip: Path, ana: User, channel: Channel
) -> None:
    bob = discord_server.add_user("bob")
    file = Upload("match.mp4", clip.read_bytes(), "video/mp4")
    for title, share in (("Open", "server"), ("Closed", "nobody")):
        options = {"file": file, "title": title, "share": share, "start": "0"}
        asked = await discord_server.slash("video add", user=ana, channel=channel, options=options)
        await asked.wait_for(lambda message: "Export to Short" in message.buttons)

    async def offered(place: Channel) -> list[str]:
        typed = {"options": {"scene": ""}, "focused": "scene"}
        found = await discord_server.autocomplete("export", user=bob, channel=place, **typed)
        return [choice["value"] for choice in found if "Open" in choice["name"]]

    (scene,) = await offered(channel)
    assert await offered(discord_server.dm(bob)) == []
    elsewhere = await ask(discord_server, scene, user=bob, channel=discord_server.dm(bob))
    assert "no such scene" in (await elsewhere.followup()).text

    program.open_gate()
    here = await ask(discord_server, scene, user=bob, channel=channel)
    done = await here.wait_for(lambda message: message.links)
    assert "1 of 10 today" in done.text
    assert done.mentions == [bob.id]


async def test_a_servers_settings_hold_for_its_members(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    assert channel.guild is not None
    hall = discord_server.add_channel(channel.guild, "hall-of-fame")
    options = {"strategy": "letterbox", "quality": "medium", "channel": hall}
    shown = await (
        await discord_server.slash("settings", user=ana, channel=channel, options=options)
    ).message()
    assert f"<#{hall.id}>" in shown.text

    program.open_gate()
    asked = await discord_server.slash("export", user=ana, channel=channel, options={"scene": scene})
    done = await asked.wait_for(lambda message: message.links)
    assert "Letterbox · Medium" in done.text
    exhibited = await discord_server.posted(hall, lambda message: message.links)
    assert exhibited.links == done.links


async def test_where_a_role_makes_the_shorts_nobody_else_does(
    discord_server: FakeDiscord, tools: Tools, clip: Path, tmp_path: Path, ana: User, channel: Channel
) -> None:
    assert channel.guild is not None
    (tmp_path / "data").mkdir()
    async with Database.open(tmp_path / "data" / "cutdown.db") as database:
        await save(Notes(database), int(channel.guild.id), GuildSettings(role_id="4711"))
    async with against(discord_server, tools, tmp_path) as program:
        bob = discord_server.add_user("bob")
        scene = await program.add_scene(clip, owner_id=bob.id, title="Kick-off", times=(0.0, 0.5))
        refused = await discord_server.slash("export", user=bob, channel=channel, options={"scene": scene})
        assert "On this server shorts are made by <@&4711>" in (await refused.followup()).text
        allowed = await discord_server.slash(
            "export", user=bob, channel=discord_server.dm(bob), options={"scene": scene}
        )
        await allowed.message()


async def test_the_crops_are_shown_before_any_quota_is_spent(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    await program.take_picture(scene)  # a list does not wait for long, and the machine may be busy
    listed = await (await discord_server.slash("scenes", user=ana, channel=channel)).message()
    assert [file["filename"] for file in listed.attachments] == [f"{scene}.jpg"]

    asked = await discord_server.click(listed, "Preview crops", user=ana)
    preview = await asked.message()
    assert [file["filename"] for file in preview.attachments] == ["preview.png"]
    assert preview.ephemeral

    program.open_gate()
    window = await discord_server.click(preview, "Letterbox", user=ana)
    done = await (await discord_server.submit_modal(window)).wait_for(lambda message: message.links)
    assert "Letterbox" in done.text
    assert "1 of 10 today" in done.text


async def test_a_renewed_short_keeps_its_link_and_lives_longer(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    card = await asked.wait_for(lambda message: message.links)
    links, edits = card.links, len(card.edits)
    export_id = card.buttons["Renew"]["custom_id"].removeprefix("renew:")
    before = await program.look(export_id)

    await discord_server.click(card, "Renew", user=ana)
    await asked.wait_for(lambda message: len(message.edits) > edits)
    assert (await program.look(export_id))["expires_at"] > before["expires_at"]
    assert card.links == links
    assert card.attachments


async def test_a_link_that_leads_nowhere_good_is_refused_with_the_reason(
    discord_server: FakeDiscord, program: Program, ana: User, channel: Channel
) -> None:
    async def said(url: str) -> str:
        asked = await discord_server.slash("video add", user=ana, channel=channel, options={"url": url})
        return (await asked.wait_for(lambda message: "did not work" in message.text)).text

    assert "A link begins with" in await said("javascript:alert(1)")
    private = await said(f"{program.url}/healthz")
    assert "went wrong on our side" not in private
    assert "127.0.0.1" not in private
