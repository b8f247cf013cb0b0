"""What the acceptance tests share: the real program, a clip, and somebody on a fake Discord."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from processing.ffmpeg import Tools, find_tools
from tests import clips
from tests.acceptance.program import Program, against
from tests.fake_discord import Channel, FakeDiscord, User


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
    async with against(discord_server, tools, tmp_path) as program:
        yield program


@pytest.fixture
async def scene(program: Program, clip: Path, ana: User) -> str:
    return await program.add_scene(clip, owner_id=ana.id, title="Kick-off", times=(0.0, 0.5))
