"""The fake Discord is believable: a real discord.py client lives with it, and its users see the answers."""

import asyncio
import sys
from collections.abc import AsyncIterator

import discord
import pytest

from tests.fake_discord import Callback, Channel, FakeDiscord, Upload, User
from tests.fake_discord.example_bot import ExampleBot, running


@pytest.fixture
async def bot(discord_server: FakeDiscord) -> AsyncIterator[ExampleBot]:
    async with running(ExampleBot(discord_server), discord_server.token) as bot:
        await discord_server.ready()
        yield bot


@pytest.fixture
def alice(discord_server: FakeDiscord) -> User:
    return discord_server.add_user("alice")


@pytest.fixture
def channel(discord_server: FakeDiscord, alice: User) -> Channel:
    return discord_server.add_guild("studio", [alice]).channels[0]


async def test_a_bot_logs_in_syncs_and_hears_of_its_guilds(
    discord_server: FakeDiscord, channel: Channel
) -> None:
    async with running(ExampleBot(discord_server), discord_server.token) as bot:
        await discord_server.ready()
        await bot.wait_until_ready()
        assert [str(one.id) for one in bot.get_all_channels()] == [channel.id]
    assert {one["name"] for one in discord_server.commands.of(None)} == {"greet", "Measure", "ask", "library"}
    assert discord_server.gateway.identifies[0]["intents"] == discord.Intents(guilds=True).value


async def test_a_bot_process_needs_nothing_but_the_environment(discord_server: FakeDiscord) -> None:
    program = (
        "import asyncio, os, discord\n"
        "async def main():\n"
        "    proxy = os.environ['CUTDOWN_DISCORD__PROXY']\n"
        "    async with discord.Client(intents=discord.Intents.none(), proxy=proxy) as client:\n"
        "        await client.login(os.environ['CUTDOWN_DISCORD__TOKEN'])\n"
        "asyncio.run(main())\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", program, env=discord_server.environment()
    )
    assert await child.wait() == 0
    asked = [one.route for one in discord_server.requests]
    assert asked == ["GET /users/@me", "GET /oauth2/applications/@me"]


@pytest.mark.usefixtures("bot")
async def test_a_command_is_deferred_and_its_message_edited(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    handle = await discord_server.slash("greet", user=alice, channel=channel, options={"name": alice.mention})
    answer = await handle.answered()
    message = await handle.message()
    assert answer.type is Callback.DEFERRED_MESSAGE
    assert message.content == f"Hello {alice.mention}, warmly"
    assert message.mentions == [alice.id]
    assert [edit.by for edit in message.edits] == ["interaction"]
    assert discord_server.message(channel.id, message.id) is message


@pytest.mark.usefixtures("bot")
async def test_autocomplete_offers_the_bots_choices(discord_server: FakeDiscord, alice: User) -> None:
    choices = await discord_server.autocomplete(
        "greet", user=alice, channel=discord_server.dm(alice), options={"name": "al"}, focused="name"
    )
    assert choices == [{"name": "alice", "value": "alice"}]


@pytest.mark.usefixtures("bot")
async def test_a_click_changes_the_message_that_holds_the_button(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    handle = await discord_server.slash("greet", user=alice, channel=channel, options={"name": "A"})
    message = await handle.message()
    click = await discord_server.click(message, "Again", user=alice)
    assert (await click.answered()).type is Callback.UPDATE
    assert message.content == "Hello again"


@pytest.mark.usefixtures("bot")
async def test_a_modal_comes_back_with_what_it_showed_and_what_was_typed(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    asked = await discord_server.slash("ask", user=alice, channel=channel)
    submitted = await discord_server.submit_modal(asked, {"start": "1.5"})
    assert (await submitted.message()).content == "from 1.5 in high"


@pytest.mark.usefixtures("bot")
async def test_a_context_menu_reaches_the_file_and_uploads_another(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    post = discord_server.post(channel, user=alice, files=[Upload("clip.mp4", b"12345")])
    message = await (await discord_server.context_menu("Measure", post, user=alice)).message()
    assert message.content == "5 bytes"
    assert message.ephemeral
    assert [(one["filename"], one["size"]) for one in message.attachments] == [("copy.bin", 5)]


@pytest.mark.usefixtures("bot")
async def test_a_sub_command_takes_a_file_and_answers_with_a_layout(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    handle = await discord_server.slash(
        "library add", user=alice, channel=channel, options={"file": Upload("a.mp4", b"1")}
    )
    message = await handle.message()
    assert message.text == "## a.mp4\nWatch"
    assert message.links == {"Watch": "https://example.org/d/1"}


@pytest.mark.usefixtures("bot")
async def test_a_command_that_was_never_synced_cannot_be_called(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    with pytest.raises(AssertionError, match="the bot to sync the SLASH command 'export'"):
        await discord_server.slash("export", user=alice, channel=channel, timeout_s=0)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("options", "why"),
    [
        pytest.param({}, r"needs \['name'\]", id="missing"),
        pytest.param({"name": "A", "size": 3}, r"no options \['size'\]", id="unknown"),
        pytest.param({"name": "A", "tone": "cold"}, r"tone can be \['warm'\]", id="not-a-choice"),
    ],
)
async def test_options_that_discord_would_not_let_through_are_refused(
    discord_server: FakeDiscord, alice: User, channel: Channel, options: dict[str, object], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        await discord_server.slash("greet", user=alice, channel=channel, options=options)


@pytest.mark.usefixtures("bot")
async def test_a_control_that_is_not_there_cannot_be_clicked(
    discord_server: FakeDiscord, alice: User, channel: Channel
) -> None:
    handle = await discord_server.slash("greet", user=alice, channel=channel, options={"name": "A"})
    message = await handle.message()
    with pytest.raises(AssertionError, match="no control 'Cancel'"):
        await discord_server.click(message, "Cancel", user=alice)


async def test_a_forced_ephemeral_answer_is_out_of_the_bots_own_reach(
    discord_server: FakeDiscord, bot: ExampleBot, alice: User, channel: Channel
) -> None:
    handle = await discord_server.slash(
        "greet", user=alice, channel=channel, options={"name": "A"}, forced_ephemeral=True
    )
    message = await handle.message()
    assert message.ephemeral
    partial = bot.get_partial_messageable(int(channel.id)).get_partial_message(int(message.id))
    with pytest.raises(discord.NotFound, match="10008"):
        await partial.edit(content="x")


async def test_a_user_install_works_where_the_bot_is_not(
    discord_server: FakeDiscord, bot: ExampleBot, alice: User
) -> None:
    private = discord_server.dm(alice, discord_server.add_user("bob"))
    handle = await discord_server.slash("greet", user=alice, channel=private, options={"name": "B"})
    await handle.message()
    assert handle.payload["authorizing_integration_owners"] == {"1": alice.id}
    with pytest.raises(discord.Forbidden, match="50001"):
        await bot.get_partial_messageable(int(private.id)).send("x")


async def test_a_user_may_refuse_the_bots_direct_messages(
    discord_server: FakeDiscord, bot: ExampleBot
) -> None:
    shy = discord_server.add_user("shy", accepts_dms=False)
    with pytest.raises(discord.Forbidden, match="50007"):
        await (await bot.fetch_user(int(shy.id))).send("hello")
