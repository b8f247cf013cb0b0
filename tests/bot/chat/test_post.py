"""Several shorts share one message, wherever it goes."""

from pathlib import Path

import pytest

from processing.ffmpeg import find_tools
from tests import clips
from tests.bot.chat.house import House
from tests.bot.chat.wire import connected
from tests.fake_discord import Channel, FakeDiscord, Interaction, User
from tests.fake_discord.named import SEND


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.plain(find_tools(), tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture
def ana(discord_server: FakeDiscord) -> User:
    return discord_server.add_user("ana")


async def ask_for_three(
    discord: FakeDiscord, house: House, clip: Path, *, user: User, channel: Channel, **where: bool
) -> Interaction:
    """In one message."""
    scene = await house.services.scenes.get(await house.add_scene(user.id, clip))
    assert scene is not None
    video = await house.services.videos.get(scene.video_id)
    assert video is not None
    for end_s in (0.6, 0.7):
        await house.services.library.add_scene(video, start_s=0, end_s=end_s)
    page = await (await discord.slash("scenes", user=user, channel=channel, **where)).message()
    (select,) = (part for part in page.components if part["type"] == 3)
    scenes = [option["value"] for option in select["options"]]
    window = await discord.choose(page, "Several at once …", scenes, user=user, **where)
    sent = await discord.submit_modal(window, **where)
    await sent.wait_for(lambda message: "0 of 3 done" in message.text)
    return sent


@pytest.mark.parametrize("how", ["deleted", "deleted-and-refused-once", "too-old"])
async def test_shorts_that_share_a_message_that_is_closed_share_the_new_one(
    how: str, discord_server: FakeDiscord, tmp_path: Path, clip: Path, ana: User
) -> None:
    apart = how == "too-old"  # added to the account alone, the bot may not write there by itself
    channel = discord_server.add_guild("studio", [ana], has_bot=not apart).channels[0]
    async with connected(tmp_path / "data", discord_server) as house:
        asked = await ask_for_three(
            discord_server,
            house,
            clip,
            user=ana,
            channel=channel,
            **({"user_install": True} if apart else {}),
        )
        assert asked.original is not None
        if apart:
            asked.expire()
        else:
            asked.original.deleted = True
        if how == "deleted-and-refused-once":
            discord_server.fail(SEND, status=401)
        await house.finish()
        await house.tell_later()

        place = discord_server.dm(ana) if apart else channel
        (moved,) = (message for message in discord_server.messages(place) if "Shorts:" in message.text)
        assert moved is not asked.original
        assert "3 of 3 done" in moved.text
        assert moved.mentions == [ana.id]

        for export in await house.services.exports.of_user(ana.id, at_most=3):
            await house.services.exporter.withdraw(export.id)
        await house.tell()
        assert moved.text.count("deleted") == 3
