"""What is wished for of a video is done, whatever becomes of the answer that tells of it."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.chat import adding
from bot.config import IngestSettings
from processing.ffmpeg import find_tools
from tests import clips
from tests.bot.chat.house import House
from tests.bot.chat.wire import connected
from tests.fake_discord import FakeDiscord, Message, Upload

ANSWER = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


async def test_what_was_wished_for_is_done_although_the_answer_can_no_longer_tell(
    discord_server: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "PATIENCE_S", 0.0)
    monkeypatch.setattr(adding, "SPACING_S", 0.01)
    ana = discord_server.add_user("ana", locale="de")
    channel = discord_server.add_guild("studio", [ana]).channels[0]
    clips.plain(find_tools(), tmp_path / "shared" / "match.mp4", seconds=1)
    ingest = IngestSettings(folders=[tmp_path / "shared"])
    async with connected(tmp_path / "data", discord_server, ingest=ingest) as house:
        options = {"url": "folder:match.mp4", "start": "0.1", "end": "0.6", "share": "server"}
        asked = await discord_server.slash("video add", user=ana, channel=channel, options=options)
        told = await asked.wait_for(lambda message: "Das dauert eine Weile" in message.text)
        asked.expire()
        await house.services.ingestor.work_off()

        assert channel.guild is not None
        scenes, here = house.services.scenes, channel.guild.id
        while not (found := await scenes.listed("bob", guild_id=here, at_most=2)):  # noqa: ASYNC110 - no news of it
            await asyncio.sleep(0.01)
        assert [(scene.start_s, scene.end_s) for scene in found] == [(0.1, 0.6)]
        assert len(told.edits) == 1


Trouble = Callable[[FakeDiscord, House, Message], Awaitable[object]]


def is_told(message: Message) -> bool:
    """Whether it says how far the video is."""
    return "fetching the video" in message.text or "finding its scenes" in message.text


def trust_downloads(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are sent can be fetched from the fake."""
    trust = ssl.create_default_context(cafile=str(discord.ca_file))
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trust)


async def refused_edit(discord: FakeDiscord, house: House, told: Message) -> None:
    await discord.met(discord.fail(ANSWER, status=403, code=50001))


async def broken_connection(discord: FakeDiscord, house: House, told: Message) -> None:
    await discord.met(discord.cut(ANSWER))


async def deleted_answer(discord: FakeDiscord, house: House, told: Message) -> None:
    told.deleted = True
    await discord.until(lambda: any(one.status == 404 for one in discord.requests), "an edit in vain")


async def end_of_the_client(discord: FakeDiscord, house: House, told: Message) -> None:
    await house.client.close()


@pytest.mark.parametrize("trouble", [refused_edit, broken_connection, deleted_answer, end_of_the_client])
@pytest.mark.parametrize("sent", [False, True], ids=["named", "sent"])
async def test_no_trouble_with_the_answer_loses_what_was_wished_for(
    discord_server: FakeDiscord,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
    sent: bool,
) -> None:
    monkeypatch.setattr(adding, "SPACING_S", 0.01)
    ana = discord_server.add_user("ana")
    channel = discord_server.add_guild("studio", [ana]).channels[0]
    clip = clips.plain(find_tools(), tmp_path / "shared" / "match.mp4", seconds=1)
    ingest = IngestSettings(folders=[tmp_path / "shared"])
    options: dict[str, Any] = {"url": "folder:match.mp4", "start": "0.1", "end": "0.6"}
    if sent:
        trust_downloads(discord_server, monkeypatch)
        options = {"file": Upload("match.mp4", clip.read_bytes())}
    async with connected(tmp_path / "data", discord_server, ingest=ingest) as house:
        asked = await discord_server.slash(
            "video add", user=ana, channel=channel, options={**options, "share": "server"}
        )
        told = await asked.wait_for(is_told)
        await trouble(discord_server, house, told)
        await house.services.ingestor.work_off()
        assert channel.guild is not None
        found = await house.services.scenes.listed("bob", guild_id=channel.guild.id, at_most=2)
        assert [(scene.start_s, scene.end_s) for scene in found] == [(0.0, 1.0) if sent else (0.1, 0.6)]
        assert [one.status for one in discord_server.requests].count(404) <= 1, (
            "what is gone was edited again"
        )


async def test_an_edit_that_fails_once_is_made_good_by_the_next(
    discord_server: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "SPACING_S", 0.01)
    ana = discord_server.add_user("ana")
    clips.plain(find_tools(), tmp_path / "shared" / "match.mp4", seconds=1)
    ingest = IngestSettings(folders=[tmp_path / "shared"])
    async with connected(tmp_path / "data", discord_server, ingest=ingest) as house:
        asked = await discord_server.slash(
            "video add", user=ana, channel=discord_server.dm(ana), options={"url": "folder:match.mp4"}
        )
        await asked.wait_for(is_told)
        await refused_edit(discord_server, house, asked.original)
        await house.services.ingestor.work_off()
        await asked.wait_for(lambda message: "0:00-0:01" in message.text)
        assert asked.followups == []


async def test_a_short_is_made_of_the_video_of_a_message_that_was_forwarded(
    discord_server: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_downloads(discord_server, monkeypatch)
    ana = discord_server.add_user("ana")
    channel = discord_server.add_guild("studio", [ana]).channels[0]
    clip = clips.plain(find_tools(), tmp_path / "match.mp4", seconds=1)
    forwarded = discord_server.post(channel, user=ana, files=[Upload("match.mp4", clip.read_bytes())])
    forward = discord_server.post(channel, user=ana)
    whose = {"id", "channel_id", "author", "pinned", "tts", "mention_everyone"}
    kept = {name: value for name, value in forwarded.state.items() if name not in whose}
    forward.state["message_snapshots"] = [{"message": kept}]
    detect_no_scenes = IngestSettings(detect_scenes=False)
    async with connected(tmp_path / "data", discord_server, ingest=detect_no_scenes):
        asked = await discord_server.context_menu("Make a short", forward, user=ana)
        scenes = await asked.wait_for(lambda message: not message.loading)
        assert "**match.mp4 0-1 s**" in scenes.text


async def test_where_there_is_no_server_to_share_with_the_video_is_not_taken_in(
    discord_server: FakeDiscord, tmp_path: Path
) -> None:
    ana = discord_server.add_user("ana")
    clips.plain(find_tools(), tmp_path / "shared" / "match.mp4", seconds=1)
    ingest = IngestSettings(folders=[tmp_path / "shared"])
    async with connected(tmp_path / "data", discord_server, ingest=ingest) as house:
        options = {"url": "folder:match.mp4", "share": "server"}
        asked = await discord_server.slash(
            "video add", user=ana, channel=discord_server.dm(ana), options=options
        )
        told = await asked.wait_for(lambda message: not message.loading)
        assert "There is no server here to share it with" in told.text
        assert await house.services.intakes.on_their_way(ana.id) == []
