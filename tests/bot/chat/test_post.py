"""Which message is edited, and how: shared by several shorts, or so old that only a button opens it again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.chat.cards import note_card
from bot.chat.connection import Offline
from bot.chat.post import Letter
from processing.ffmpeg import find_tools
from tests import clips
from tests.bot.chat.house import House
from tests.bot.chat.wire import connected
from tests.fake_discord import Channel, FakeDiscord, Interaction, User
from tests.fake_discord.named import BOT_EDIT, OPEN_DM, SEND, TOKEN_EDIT


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


@pytest.fixture(params=["user-install", "private"])
def apart(request: pytest.FixtureRequest) -> bool:
    """Why the bot itself cannot edit the card: it is not there, or the card is for one user alone."""
    return str(request.param) == "user-install"


@pytest.mark.parametrize("found_out", [False, True])
async def test_a_card_that_only_its_token_opened_shows_late_that_it_was_cancelled(
    found_out: bool, apart: bool, discord_server: FakeDiscord, tmp_path: Path, clip: Path, ana: User
) -> None:
    channel = discord_server.add_guild("studio", [ana], has_bot=not apart).channels[0]
    async with connected(tmp_path / "data", discord_server) as house:
        asked = await ask_apart(discord_server, house, clip, user=ana, channel=channel, apart=apart)
        card = await asked.message()
        asked.expire()
        if found_out:  # by the progress that could not be shown
            (export,) = await house.services.exports.of_user(ana.id, at_most=2)
            (place,) = await house.services.deliveries.destinations_of(export.id)
            assert not await house.post.edit(place, Letter(card=note_card("…", title="…")))
        await discord_server.click(card, "Cancel", user=ana, user_install=apart)
        async with told(house):
            await asked.wait_for(lambda message: "Cancelled" in message.text)
        assert discord_server.messages(discord_server.dm(ana)) == []


@pytest.mark.parametrize(("button", "says"), [("Renew", "is ready"), ("Delete now", "deleted")])
async def test_a_finished_card_that_only_its_token_opened_shows_late_what_a_button_did(
    button: str,
    says: str,
    apart: bool,
    discord_server: FakeDiscord,
    tmp_path: Path,
    clip: Path,
    ana: User,
) -> None:
    channel = discord_server.add_guild("studio", [ana], has_bot=not apart).channels[0]
    async with connected(tmp_path / "data", discord_server) as house:
        asked = await ask_apart(discord_server, house, clip, user=ana, channel=channel, apart=apart)
        await asked.message()
        await house.finish()
        card = await asked.wait_for(lambda message: message.links)
        asked.expire()
        edits = len(card.edits)
        await discord_server.click(card, button, user=ana, user_install=apart)
        async with told(house):
            await asked.wait_for(lambda message: len(message.edits) > edits)
        assert says in card.text


async def test_a_button_of_an_old_batch_opens_the_message_for_all_of_it(
    discord_server: FakeDiscord, tmp_path: Path, clip: Path, ana: User
) -> None:
    channel = discord_server.add_guild("studio", [ana], has_bot=False).channels[0]
    async with connected(tmp_path / "data", discord_server) as house:
        asked = await ask_for_three(discord_server, house, clip, user=ana, channel=channel, user_install=True)
        assert asked.original is not None
        asked.expire()
        cancel = next(
            part["custom_id"] for part in asked.original.components if part.get("label") == "Cancel"
        )
        await discord_server.click(asked.original, cancel, user=ana, user_install=True)
        async with told(house):
            await asked.wait_for(lambda message: "1 of 3 done" in message.text)
            await house.make()
            await asked.wait_for(lambda message: "3 of 3 done" in message.text)
        assert discord_server.messages(discord_server.dm(ana)) == []


@pytest.mark.parametrize(
    ("route", "sender"),
    [
        pytest.param(TOKEN_EDIT, "discord.webhook.async_", id="by-token"),
        pytest.param(BOT_EDIT, "discord.http", id="as-bot"),
        pytest.param(SEND, "discord.http", id="in-channel"),
        pytest.param(OPEN_DM, "discord.http", id="directly"),
    ],
)
async def test_a_client_that_closes_between_two_tries_was_offline(
    route: str,
    sender: str,
    discord_server: FakeDiscord,
    tmp_path: Path,
    clip: Path,
    ana: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = discord_server.add_guild("studio", [ana]).channels[0]
    async with connected(tmp_path / "data", discord_server) as house:
        options = {"scene": await house.add_scene(ana.id, clip)}
        asked = await discord_server.slash("export", user=ana, channel=channel, options=options)
        card = await asked.message()
        (export,) = await house.services.exports.of_user(ana.id, at_most=2)
        (place,) = await house.services.deliveries.destinations_of(export.id)
        if route != TOKEN_EDIT:
            asked.expire()
        if route in (SEND, OPEN_DM):
            card.deleted = True
        if route == OPEN_DM:
            channel.bot_permissions = 0

        async def close(_: float) -> None:
            await house.client.close()

        monkeypatch.setattr(f"{sender}.asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": close}))
        discord_server.fail(route, status=500)
        with pytest.raises(Offline):
            await house.post.bring(place, Letter(card=note_card("…", title="…")), nonce="once")


async def ask_apart(
    discord: FakeDiscord, house: House, clip: Path, *, user: User, channel: Channel, apart: bool
) -> Interaction:
    """Where the bot is added to the account alone; or with an answer for the user alone."""
    options = {"scene": await house.add_scene(user.id, clip), "private": not apart}
    return await discord.slash("export", user=user, channel=channel, options=options, user_install=apart)


@asynccontextmanager
async def told(house: House) -> AsyncIterator[None]:
    """News is brought as soon as there is some."""

    async def bring() -> None:
        while True:
            await house.tell()

    task = asyncio.create_task(bring())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
