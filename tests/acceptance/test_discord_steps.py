"""Each step on the way to Discord, refused in each of its ways: the user still gets the short."""

from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, Interaction, Message, User

pytestmark = pytest.mark.acceptance

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
BOT_EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
SEND = "POST /channels/{channel_id}/messages"
OPEN_DM = "POST /users/@me/channels"
SYNC = "PUT /applications/{application_id}/commands"
RECIPE = {"strategy": "center_crop", "quality": "medium"}
#: status, Discord's own code for it
REFUSALS = [(401, 50027), (403, 50001), (404, 10008), (429, 0), (502, 0)]


async def ask(
    discord: FakeDiscord, scene: str, user: User, channel: Channel, *, end: str = ""
) -> Interaction:
    """Of the same part of the same scene, all but the first have the file of the first at once."""
    options = {"scene": scene, **RECIPE, **({"end": end} if end else {})}
    return await discord.slash("export", user=user, channel=channel, options=options)


def with_link(message: Message) -> bool:
    return bool(message.links)


async def test_an_edit_with_the_interactions_token_may_be_refused_in_any_way(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    program.open_gate()
    for status, code in REFUSALS:
        fault = discord_server.fail(EDIT, status=status, code=code)
        asked = await ask(discord_server, scene, ana, channel)
        await asked.wait_for(with_link)
        assert fault.met == 1, status


async def test_an_edit_by_the_bot_may_be_refused_in_any_way(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    for number, (status, code) in enumerate(REFUSALS[1:]):
        program.shut_gate()
        asked = await ask(discord_server, scene, ana, channel, end=f"0.{number + 1}")
        card = await asked.message()
        asked.expire()
        before = [message.id for message in discord_server.messages(channel)]
        fault = discord_server.fail(BOT_EDIT, status=status, code=code, times=2 if status < 429 else 1)
        program.open_gate()
        if status in (403, 404):  # with the video, and without
            done = await discord_server.posted(
                channel, lambda message, before=before: message.links and message.id not in before
            )
            assert done.mentions == [ana.id]
        else:
            done = await asked.wait_for(with_link)
            assert done is card
        assert fault.met >= 1, status
        fault.release()


async def test_a_message_to_the_channel_or_to_the_user_may_be_refused_in_any_way(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    for number, (status, code) in enumerate(REFUSALS[1:]):
        program.shut_gate()
        asked = await ask(discord_server, scene, ana, channel, end=f"0.{number + 1}")
        card = await asked.message()
        card.deleted = True
        before = sum(map(with_link, discord_server.messages(channel)))
        fault = discord_server.fail(SEND, status=status, code=code)
        program.open_gate()
        place = discord_server.dm(ana) if status in (403, 404) else channel
        if place is channel:
            await discord_server.until(
                lambda before=before: sum(map(with_link, discord_server.messages(channel))) > before, "one"
            )
        else:
            known = {message.id for message in discord_server.messages(place)}
            await discord_server.posted(place, lambda message, known=known: message.id not in known)
        assert fault.met == 1, status


async def test_what_cannot_be_answered_at_all_makes_no_short_and_costs_nothing(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    for status, code, times in [(401, 50027, 2), (403, 50001, 2), (404, 10062, 1)]:
        fault = discord_server.fail(CALLBACK, status=status, code=code, times=times)
        await ask(discord_server, scene, ana, channel)
        await discord_server.met(fault, times)  # the answer, and to say that it did not work
    for status in (429, 502):
        fault = discord_server.fail(CALLBACK, status=status)
        await (await discord_server.slash("quota", user=ana, channel=channel)).message()
        assert fault.met == 1
    quota = await (await discord_server.slash("quota", user=ana, channel=channel)).message()
    assert "0 of 10 today" in quota.text


async def test_a_direct_message_that_cannot_be_opened_now_is_brought_later(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel
) -> None:
    asked = await ask(discord_server, scene, ana, channel)
    await asked.message()
    asked.expire()
    discord_server.delete_channel(channel)
    fault = discord_server.fail(OPEN_DM, status=502)
    program.open_gate()
    await discord_server.posted(discord_server.dm(ana), with_link)
    assert fault.met == 1


@pytest.mark.parametrize("status", [403, 429, 502])
async def test_commands_that_cannot_be_sent_at_the_start_are_sent_again(
    discord_server: FakeDiscord, tools: Tools, tmp_path: Path, ana: User, channel: Channel, status: int
) -> None:
    fault = discord_server.fail(SYNC, status=status, code=50001 if status == 403 else 0)
    async with against(discord_server, tools, tmp_path):
        await (await discord_server.slash("quota", user=ana, channel=channel)).message()
    assert fault.met == 1
    assert discord_server.commands.syncs == 1


@pytest.mark.parametrize("how", ["closed", "resuming", "identifying"])
async def test_a_token_that_is_revoked_while_it_runs_is_one_clear_line_and_the_rest_goes_on(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel, how: str
) -> None:
    await (await discord_server.slash("quota", user=ana, channel=channel)).message()
    discord_server.reject_token()
    if how == "closed":
        await discord_server.gateway.close(4004)
    elif how == "resuming":
        await discord_server.gateway.ask_to_reconnect()
    else:
        await discord_server.gateway.invalidate(resumable=False)
    while "discord refuses the token" not in program.log:
        assert (await program.download(f"{program.url}/healthz"))[0] == 200

    program.open_gate()
    made = await program.reaches(await program.ask(scene, user_id=ana.id), "completed")
    assert (await program.download(made["download_url"]))[0] == 200
    attempts, requests = discord_server.gateway.attempts, len(discord_server.requests)
    assert await program.stop() == 0
    assert program.log.count("discord refuses the token") == 1
    assert discord_server.gateway.attempts == attempts
    assert len(discord_server.requests) == requests, "it is not tried again"
