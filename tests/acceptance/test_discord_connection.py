"""How the real program comes to Discord, stays there, and does without."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from processing.ffmpeg import Tools
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, User
from tests.fake_discord.named import SYNC

pytestmark = pytest.mark.acceptance


async def is_heard(discord: FakeDiscord, user: User, channel: Channel) -> bool:
    """Whether a command is answered."""
    quota = await (await discord.slash("quota", user=user, channel=channel)).message()
    return "0 of 10 today" in quota.text


async def test_commands_that_cannot_be_sent_at_the_start_are_sent_again(
    discord_server: FakeDiscord, tools: Tools, tmp_path: Path, ana: User, channel: Channel
) -> None:
    refusals = [(429, 0), (502, 0), (403, 50001)]
    faults = [discord_server.fail(SYNC, status=status, code=code) for status, code in refusals]
    async with against(discord_server, tools, tmp_path):
        assert await is_heard(discord_server, ana, channel)
    assert [fault.met for fault in faults] == [1, 1, 1]
    assert discord_server.commands.syncs == 1


async def test_a_token_that_is_refused_at_the_start_leaves_the_http_face_alive(
    discord_server: FakeDiscord, tools: Tools, tmp_path: Path
) -> None:
    discord_server.reject_token()
    async with against(discord_server, tools, tmp_path) as program:
        await discord_server.until(
            lambda: any(r.status == 401 for r in discord_server.requests), "the token to be refused"
        )
        assert (await program.download(f"{program.url}/healthz"))[0] == 200
        assert await program.stop() == 0
        assert program.log.count("discord refuses the token") == 1
        assert len(discord_server.requests) == 1


@pytest.mark.parametrize("how", ["closed", "resuming"])
async def test_a_token_that_is_revoked_while_it_runs_is_one_clear_line_and_the_rest_goes_on(
    discord_server: FakeDiscord, program: Program, scene: str, ana: User, channel: Channel, how: str
) -> None:
    assert await is_heard(discord_server, ana, channel)
    discord_server.reject_token()
    if how == "closed":
        await discord_server.gateway.close(4004)
    else:
        await discord_server.gateway.ask_to_reconnect()
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


async def test_a_gateway_that_is_down_at_the_start_is_tried_until_it_is_up(
    discord_server: FakeDiscord, tools: Tools, tmp_path: Path, ana: User, channel: Channel
) -> None:
    discord_server.gateway.accepting = False
    async with against(discord_server, tools, tmp_path) as program:
        await discord_server.until(lambda: discord_server.gateway.attempts >= 2, "two attempts")
        assert (await program.download(f"{program.url}/healthz"))[0] == 200
        discord_server.gateway.accepting = True
        assert await is_heard(discord_server, ana, channel)


async def op_7(discord: FakeDiscord) -> None:
    await discord.gateway.ask_to_reconnect()


async def op_9_resumable(discord: FakeDiscord) -> None:
    await discord.gateway.invalidate(resumable=True)


async def op_9(discord: FakeDiscord) -> None:
    await discord.gateway.invalidate(resumable=False)


async def closed(discord: FakeDiscord) -> None:
    await discord.gateway.close(4000)


async def cut(discord: FakeDiscord) -> None:
    discord.gateway.drop()


async def unacknowledged(discord: FakeDiscord) -> None:
    """From the next connection on, heartbeats are asked for at once and find no answer."""
    gateway = discord.gateway
    gateway.heartbeat_interval_s, gateway.acking = 0.05, False
    attempts = gateway.attempts
    await gateway.ask_to_reconnect()
    await discord.until(lambda: gateway.attempts > attempts and gateway.connected, "the silent connection")
    silent = gateway.attempts
    gateway.heartbeat_interval_s = 41.25
    await discord.until(lambda: gateway.attempts > silent, "the bot to give the connection up")
    gateway.acking = True


RESUMED: list[Callable[[FakeDiscord], Awaitable[None]]] = [op_7, op_9_resumable, closed, cut, unacknowledged]


async def test_after_the_gateway_breaks_off_in_any_way_commands_are_heard_again(
    discord_server: FakeDiscord, tools: Tools, tmp_path: Path, ana: User, channel: Channel
) -> None:
    gateway, patience = discord_server.gateway, {"CUTDOWN_DISCORD__SILENCE_S": "0.3"}
    async with against(discord_server, tools, tmp_path, environment=patience):
        await discord_server.until(lambda: gateway.presences, "a presence")
        assert gateway.presences[0]["activities"][0]["state"] == "Makes shorts: /export"
        for break_off in [*RESUMED, op_9]:
            attempts, resumes = gateway.attempts, len(gateway.resumes)
            await break_off(discord_server)
            await discord_server.until(
                lambda attempts=attempts: gateway.attempts > attempts and gateway.connected,
                "a new connection",
            )
            assert await is_heard(discord_server, ana, channel), break_off.__name__
            assert (len(gateway.resumes) > resumes) == (break_off is not op_9), break_off.__name__
        assert len(gateway.identifies) == 2, "at the start, and for the session that was lost"
        assert discord_server.commands.syncs == 1
