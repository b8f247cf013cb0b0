"""The connection ends with the token, and says so once."""

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from bot.chat.connection import Connection
from tests.bot.chat.house import opened
from tests.bot.chat.wire import at_once, believe
from tests.fake_discord import FakeDiscord


async def test_a_token_that_is_refused_when_a_lost_session_is_identified_anew_is_one_line(
    discord_server: FakeDiscord, tmp_path: Path
) -> None:
    async with opened(tmp_path, proxy=discord_server.proxy_url) as house:
        believe(house.client, discord_server)
        house.client.before_identify_hook = at_once
        connection = Connection(build=lambda: house.client, token=discord_server.token)
        with capture_logs() as logged:
            running = asyncio.create_task(connection.run())
            await discord_server.ready()
            assert connection.client is house.client
            discord_server.reject_token()
            await discord_server.gateway.invalidate(resumable=False)
            await running
    refusals = [line for line in logged if line["event"].startswith("discord refuses the token")]
    assert [line["log_level"] for line in refusals] == ["error"]
    assert connection.client is None
    assert len(discord_server.gateway.identifies) == 2
