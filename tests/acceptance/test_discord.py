"""The whole way through Discord: the real program, on loopback, against a Discord that is not."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from processing.ffmpeg import Tools, find_tools
from tests import clips
from tests.acceptance.program import Program
from tests.fake_discord import Channel, FakeDiscord, User

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
