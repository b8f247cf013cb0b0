"""What is offered while somebody types: titles and times, from the database alone."""

import unicodedata
from pathlib import Path

import pytest

from storage.intake_models import IntakeStatus
from tests.bot.chat.wire import connected
from tests.fake_discord import Channel, FakeDiscord, User
from tests.fake_discord.named import CALLBACK
from tests.samples import intake, scene, video


@pytest.fixture
def ana(discord_server: FakeDiscord) -> User:
    return discord_server.add_user("ana", locale="de")


@pytest.fixture
def channel(discord_server: FakeDiscord, ana: User) -> Channel:
    return discord_server.add_guild("studio", [ana]).channels[0]


async def test_discord_is_asked_for_nothing_and_the_choices_show_titles_and_times(
    discord_server: FakeDiscord, tmp_path: Path, ana: User, channel: Channel
) -> None:
    async with connected(tmp_path, discord_server) as house:
        held = video(owner_id=ana.id, title="Match", duration_s=90, size_bytes=1_500_000)
        await house.services.videos.add(held)
        await house.services.scenes.add(scene(held, title="Kick-off", start_s=10.5, end_s=61))
        coming = intake(owner_id=ana.id, title="Match 2", status=IntakeStatus.PROBING)
        await house.services.intakes.add(coming, [])

        async def offered(command: str, option: str, typed: str) -> list[str]:
            choices = await discord_server.autocomplete(
                command, user=ana, channel=channel, options={option: typed}, focused=option
            )
            return [choice["name"] for choice in choices]

        await offered("export", "scene", "")  # the commands are sent before the first of them
        known = len(discord_server.requests)
        assert await offered("export", "scene", "kick") == ["Kick-off · 0:10,5-1:01"]
        assert await offered("export", "scene", "goal") == []
        assert await offered("scenes", "video", "mat") == ["Match · 1:30 · 1,5 MB"]
        assert await offered("video remove", "video", "mat") == [
            "Match 2 · sieht sich das Video an",  # it has no scenes yet, but may be called off
            "Match · 1:30 · 1,5 MB",
        ]
        await house.client.close()
    assert [request.route for request in discord_server.requests[known:]] == [CALLBACK] * 4


async def test_capitals_make_no_difference_in_any_language(
    discord_server: FakeDiscord, tmp_path: Path, ana: User, channel: Channel
) -> None:
    async with connected(tmp_path, discord_server) as house:
        held = video(owner_id=ana.id, title=unicodedata.normalize("NFD", "Überfall"), duration_s=90)
        await house.services.videos.add(held)
        for typed, how_many in (("über", 1), ("ÜBERF", 1), ("über alles", 0)):
            offered = await discord_server.autocomplete(
                "video remove", user=ana, channel=channel, options={"video": typed}, focused="video"
            )
            assert len(offered) == how_many
