"""When Discord, the network or the program itself fails half-way, the user still gets the short."""

import signal
from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from tests.acceptance.asking import RECIPE, ask
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, User
from tests.fake_discord.named import BOT_EDIT, CALLBACK, SEND, TOKEN_EDIT

pytestmark = pytest.mark.acceptance


async def test_a_killed_bot_finishes_the_same_message_after_its_restart(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    await asked.wait_for(lambda message: "▱" in message.text)  # it is being rendered
    await program.stop(signal.SIGKILL)

    presences = discord_server.gateway.presences
    presences.clear()
    await program.start()
    await discord_server.until(lambda: presences, "a presence")
    assert presences[0]["activities"][0]["state"] == "Making shorts: 1 in the queue"
    program.open_gate()
    done = await asked.wait_for(lambda message: message.links)

    assert (await program.download(done.links["Download"]))[0] == 200
    assert discord_server.messages(channel) == [done]
    assert discord_server.commands.syncs == 1, "the commands had not changed"


async def test_stopped_in_mid_render_it_finishes_the_short_first_and_tells_of_it_once(
    discord_server: FakeDiscord, tools: Tools, clip: Path, tmp_path: Path, ana: User, channel: Channel
) -> None:
    async with against(discord_server, tools, tmp_path, drains=True) as program:
        scene = await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))
        asked = await ask(discord_server, scene, user=ana, channel=channel)
        await program.says("export started")
        program.tell(signal.SIGTERM)
        await program.says("stopping")
        program.open_gate()
        assert await program.ended() == 0
        assert program.log.count("export completed") == 1

        await program.start()
        done = await asked.wait_for(lambda message: message.links)
        assert (await program.download(done.links["Download"]))[0] == 200
        assert discord_server.messages(channel) == [done]
        assert "1 of 10 today" in done.text
        assert ["your short is ready" in edit.text for edit in done.edits].count(True) == 1
        assert program.log.count("export completed") == 1, "it is not rendered twice"


@pytest.mark.parametrize("code", [50027, 10015])
async def test_when_the_token_has_died_the_bot_edits_its_message_itself(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel, code: int
) -> None:
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    await asked.message()
    asked.expire(code)
    program.open_gate()
    done = await asked.wait_for(lambda message: message.links)

    assert done.edits[-1].by == "bot"
    assert discord_server.messages(channel) == [done]
    dead_tries = [r for r in discord_server.requests if r.route == TOKEN_EDIT and r.status in (401, 404)]
    assert len(dead_tries) == 1, "a dead token is tried once"


async def test_rate_limits_and_faults_of_discords_servers_delay_the_card_and_lose_nothing(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    faults = [
        discord_server.fail(TOKEN_EDIT, status=503),
        discord_server.fail(TOKEN_EDIT, status=429, times=3),
    ]
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    await asked.wait_for(lambda message: message.links)
    assert [fault.met for fault in faults] == [1, 3]


async def test_a_short_that_is_too_large_to_upload_is_brought_as_a_link(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    for route in (TOKEN_EDIT, BOT_EDIT):
        discord_server.fail(route, status=413, code=40005, only=lambda call: bool(call.files))
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    done = await asked.wait_for(lambda message: message.links)
    assert not done.attachments
    assert done.edits[-1].by == "interaction"


async def test_a_short_over_the_limit_of_the_place_is_a_link_at_once_and_plays_a_smaller_copy_later(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel, tmp_path: Path
) -> None:
    limit = discord_server.world.upload_limit_bytes = 60_000
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    done = await asked.wait_for(lambda message: message.links)
    asked.expire()  # the smaller copy comes when there is time, and that may be late
    await asked.wait_for(lambda message: message.attachments)

    (attached,) = done.attachments
    status, whole = await program.download(done.links["Download"])
    assert status == 200
    assert attached["size"] <= limit < len(whole)
    assert "This is a smaller preview" in done.text
    with_link = next(edit for edit in done.edits if "your short is ready" in edit.text)
    assert "smaller preview" not in with_link.text, "the link did not wait for it"
    assert "1 of 10 today" in done.text

    edits = len(done.edits)
    await discord_server.click(done, "Renew", user=ana)
    await asked.wait_for(lambda message: len(message.edits) > edits)
    assert done.attachments, "it still plays"
    await discord_server.click(done, "Delete now", user=ana)
    await asked.wait_for(lambda message: "deleted" in message.text)
    assert not done.attachments
    while list((tmp_path / "data/files/exports").rglob("*.mp4")):
        await program.download(f"{program.url}/healthz")


async def test_a_smaller_copy_that_discord_does_not_take_at_first_is_shown_after_a_restart(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    discord_server.world.upload_limit_bytes = 60_000
    down = discord_server.fail(TOKEN_EDIT, status=500, times=99, only=lambda call: bool(call.files))
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    done = await asked.wait_for(lambda message: message.links)
    await discord_server.met(down)
    await program.stop(signal.SIGKILL)
    down.release()
    await program.start()
    await asked.wait_for(lambda message: message.attachments)
    assert "This is a smaller preview" in done.text
    assert program.log.count("miniature made") == 1


async def test_when_the_message_is_deleted_a_new_one_in_the_channel_mentions_the_user(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    card = await asked.message()
    card.deleted = True
    program.open_gate()
    done = await discord_server.posted(channel, lambda message: message.links)
    assert done is not card
    assert done.mentions == [ana.id]
    assert "can no longer be edited" in done.text


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
    asked = await ask(discord_server, scene, user=shy, channel=channel, private=True)
    assert (await asked.message()).ephemeral
    asked.expire()
    program.open_gate()
    await discord_server.until(
        lambda: any(r.route == SEND and r.status == 403 for r in discord_server.requests), "a direct message"
    )
    history = await (await discord_server.slash("exports", user=shy, channel=channel)).message()
    assert "[download](" in history.text


async def test_an_answer_whose_receipt_is_lost_still_becomes_a_short(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    lost = discord_server.swallow_answer(CALLBACK)
    program.open_gate()
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    await asked.wait_for(lambda message: message.links)
    assert lost.met == 1


async def test_an_edit_that_hangs_does_not_hold_up_the_last_one_for_ever(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    hanging = discord_server.hold(TOKEN_EDIT)
    asked = await ask(discord_server, scene, user=ana, channel=channel)
    await discord_server.met(hanging)
    program.open_gate()
    done = await asked.wait_for(lambda message: message.links)
    hanging.release()
    assert done.links
