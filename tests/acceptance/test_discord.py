"""The whole way through Discord: the real program, on loopback, against a Discord that is not."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.chat.guilds import GuildSettings, save
from processing.ffmpeg import Tools, find_tools
from storage.database import Database
from storage.notes import Notes
from tests import clips
from tests.acceptance.program import Program
from tests.fake_discord import Channel, FakeDiscord, Upload, User

pytestmark = pytest.mark.acceptance

EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
BOT_EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
RECIPE = {"strategy": "center_crop", "quality": "medium"}


@pytest.fixture(scope="module")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="module")
def clip(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(tools, tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture
def ana(discord_server: FakeDiscord) -> User:
    return discord_server.add_user("ana")


@pytest.fixture
def channel(discord_server: FakeDiscord, ana: User) -> Channel:
    return discord_server.add_guild("studio", [ana]).channels[0]


@pytest.fixture
async def program(discord_server: FakeDiscord, tools: Tools, tmp_path: Path) -> AsyncIterator[Program]:
    async with running(discord_server, tools, tmp_path) as program:
        yield program


@asynccontextmanager
async def running(
    discord: FakeDiscord, tools: Tools, folder: Path, *, link_hours: float = 24
) -> AsyncIterator[Program]:
    program = Program(folder, tools, environment=discord.environment(), link_hours=link_hours)
    await program.start()
    try:
        yield program
    finally:
        await program.stop()
        assert "Traceback" not in program.log, program.log
        for secret in (discord.token, "interaction-token"):
            assert secret not in program.log


@pytest.fixture
async def scene(program: Program, clip: Path, ana: User) -> str:
    return await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))


async def test_a_scene_becomes_a_link_that_downloads(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    choices = await discord_server.autocomplete(
        "export", user=ana, channel=channel, options={"scene": "kick"}, focused="scene"
    )
    assert [(choice["value"], choice["name"]) for choice in choices] == [(scene, "Kick-off · 0:00-0:00.5")]

    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
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
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
    done = await asked.wait_for(lambda message: message.links)

    quota = await (await discord_server.slash("quota", user=ana, channel=channel)).message()
    history = await (await discord_server.slash("exports", user=ana, channel=channel)).message()

    assert "1 of 10 today" in quota.text
    assert done.links["Download"] in history.text
    assert quota.ephemeral
    assert history.ephemeral


async def test_a_killed_bot_finishes_the_same_message_after_its_restart(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
    await asked.wait_for(lambda message: "▱" in message.text)  # it is being rendered
    await program.stop(signal.SIGKILL)

    await program.start()
    program.open_gate()
    done = await asked.wait_for(lambda message: message.links)

    assert (await program.download(done.links["Download"]))[0] == 200
    assert discord_server.messages(channel) == [done]
    assert discord_server.commands.syncs == 1, "the commands had not changed"


@pytest.mark.parametrize("code", [50027, 10015])
async def test_when_the_token_has_died_the_bot_edits_its_message_itself(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel, code: int
) -> None:
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
    await asked.message()
    asked.expire(code)
    program.open_gate()
    done = await asked.wait_for(lambda message: message.links)

    assert done.edits[-1].by == "bot"
    assert discord_server.messages(channel) == [done]
    dead_tries = [r for r in discord_server.requests if r.route == EDIT and r.status in (401, 404)]
    assert len(dead_tries) == 1, "a dead token is tried once"


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
    assert len(discord_server.messages(channel)) == 11


async def test_an_expired_short_is_edited_once_to_say_so(
    discord_server: FakeDiscord, tools: Tools, clip: Path, tmp_path: Path, ana: User, channel: Channel
) -> None:
    async with running(discord_server, tools, tmp_path, link_hours=0.0001) as program:
        program.open_gate()
        scene = await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))
        asked = await discord_server.slash(
            "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
        )
        done = await asked.wait_for(lambda message: message.links)
        asked.expire()
        link, edits = done.links["Download"], len(done.edits)

        await program.stop()
        await program.start()  # the upkeep begins with what is overdue
        await asked.wait_for(lambda message: "expired" in message.text)

        assert not done.links
        assert done.edits[-1].by == "bot"
        assert len(done.edits) == edits + 1
        assert (await program.download(program.url + link[link.index("/d/") :]))[0] == 410


async def test_rate_limits_delay_the_card_and_lose_nothing(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    limited = discord_server.fail(EDIT, status=429, times=3)
    program.open_gate()
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
    await asked.wait_for(lambda message: message.links)
    assert limited.met == 3


async def test_a_refused_token_leaves_the_http_face_alive(
    discord_server: FakeDiscord, tools: Tools, tmp_path: Path
) -> None:
    discord_server.reject_token()
    async with running(discord_server, tools, tmp_path) as program:
        await discord_server.until(
            lambda: any(r.status == 401 for r in discord_server.requests), "the token to be refused"
        )
        assert (await program.download(f"{program.url}/healthz"))[0] == 200
        assert await program.stop() == 0
        assert program.log.count("discord refuses the token") == 1
        assert len(discord_server.requests) == 1


async def test_cancel_stops_the_short_and_gives_its_place_back(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
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
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
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
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
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
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
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
    assert "not a video" in (await sent.followup()).text


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
        asked = await discord_server.slash(
            "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
        )
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


async def test_a_short_that_is_too_large_to_upload_is_brought_as_a_link(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    for route in (EDIT, BOT_EDIT):
        discord_server.fail(route, status=413, code=40005, only=lambda call: bool(call.files))
    program.open_gate()
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
    done = await asked.wait_for(lambda message: message.links)
    assert not done.attachments
    assert done.edits[-1].by == "interaction"


async def test_when_the_message_is_deleted_a_new_one_in_the_channel_mentions_the_user(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await discord_server.slash(
        "export", user=ana, channel=channel, options={"scene": scene, **RECIPE}
    )
    card = await asked.message()
    card.deleted = True
    program.open_gate()
    done = await discord_server.posted(channel, lambda message: message.links)
    assert done is not card
    assert done.mentions == [ana.id]


async def close_channel(discord: FakeDiscord, channel: Channel, why: str) -> None:
    if why == "no-permission":
        channel.bot_permissions = 0
    elif why == "channel-gone":
        discord.delete_channel(channel)


@pytest.mark.parametrize("why", ["no-permission", "channel-gone", "hidden-answer"])
async def test_when_the_channel_is_closed_the_user_gets_a_direct_message(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel, why: str
) -> None:
    asked = await discord_server.slash(
        "export",
        user=ana,
        channel=channel,
        options={"scene": scene, **RECIPE},
        forced_ephemeral=why == "hidden-answer",
    )
    await asked.message()
    asked.expire()
    await close_channel(discord_server, channel, why)
    program.open_gate()
    done = await discord_server.posted(discord_server.dm(ana), lambda message: message.links)
    assert (await program.download(done.links["Download"]))[0] == 200
    assert not [message for message in channel.messages.values() if message.links]


async def test_when_every_way_is_closed_the_link_is_in_the_history(
    discord_server: FakeDiscord, program: Program, clip: Path, channel: Channel
) -> None:
    shy = discord_server.add_user("shy", accepts_dms=False)
    scene = await program.add_scene(clip, owner_id=shy.id, title="Kick-off", times=(0.0, 0.5))
    asked = await discord_server.slash(
        "export", user=shy, channel=channel, options={"scene": scene, "private": True, **RECIPE}
    )
    assert (await asked.message()).ephemeral
    asked.expire()
    program.open_gate()
    dm = "POST /channels/{channel_id}/messages"
    await discord_server.until(
        lambda: any(r.route == dm and r.status == 403 for r in discord_server.requests), "a direct message"
    )
    history = await (await discord_server.slash("exports", user=shy, channel=channel)).message()
    assert "[download](" in history.text


async def test_a_message_with_a_video_can_be_made_into_shorts(
    discord_server: FakeDiscord, program: Program, clip: Path, ana: User, channel: Channel
) -> None:
    video = Upload("match.mp4", clip.read_bytes(), "video/mp4")
    message = discord_server.post(channel, user=discord_server.add_user("bob"), files=[video])
    scenes = await (await discord_server.context_menu("Make a short", message, user=ana)).message()
    assert "0:00-0:01 · 1.0 s" in scenes.text

    text = discord_server.post(channel, user=ana, content="no video here")
    refused = await discord_server.context_menu("Make a short", text, user=ana)
    assert "There is no video on that message" in (await refused.followup()).text


async def test_a_video_shared_with_a_server_is_open_to_its_members_there_on_their_own_quota(
    discord_server: FakeDiscord, program: Program, clip: Path, ana: User, channel: Channel
) -> None:
    bob = discord_server.add_user("bob")
    file = Upload("match.mp4", clip.read_bytes(), "video/mp4")
    for title, share in (("Open", "server"), ("Closed", "nobody")):
        options = {"file": file, "title": title, "share": share}
        await (await discord_server.slash("video add", user=ana, channel=channel, options=options)).message()

    async def offered(place: Channel) -> list[str]:
        typed = {"options": {"scene": ""}, "focused": "scene"}
        found = await discord_server.autocomplete("export", user=bob, channel=place, **typed)
        return [choice["value"] for choice in found if "Open" in choice["name"]]

    (scene,) = await offered(channel)
    assert await offered(discord_server.dm(bob)) == []
    elsewhere = await discord_server.slash(
        "export", user=bob, channel=discord_server.dm(bob), options={"scene": scene, **RECIPE}
    )
    assert "no such scene" in (await elsewhere.followup()).text

    program.open_gate()
    here = await discord_server.slash("export", user=bob, channel=channel, options={"scene": scene, **RECIPE})
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
    async with running(discord_server, tools, tmp_path) as program:
        bob = discord_server.add_user("bob")
        scene = await program.add_scene(clip, owner_id=bob.id, title="Kick-off", times=(0.0, 0.5))
        refused = await discord_server.slash("export", user=bob, channel=channel, options={"scene": scene})
        assert "On this server shorts are made by <@&4711>" in (await refused.followup()).text
        allowed = await discord_server.slash(
            "export", user=bob, channel=discord_server.dm(bob), options={"scene": scene}
        )
        await allowed.message()
