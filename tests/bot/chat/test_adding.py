"""A video that takes longer to come in than Discord waits for an answer."""

import asyncio
from pathlib import Path

import pytest

from bot.chat import adding
from bot.config import IngestSettings
from processing.ffmpeg import find_tools
from tests import clips
from tests.bot.chat.wire import connected
from tests.fake_discord import FakeDiscord


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
