"""The fake Discord is believable: a real discord.py client lives with it, and its watchers see."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.fake_discord import Callback, FakeDiscord, Upload
from tests.fake_discord.openapi import LEFT_OUT, find

EDIT_ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
EDIT_MESSAGE = "PATCH /channels/{channel_id}/messages/{message_id}"
POST_MESSAGE = "POST /channels/{channel_id}/messages"


class Bot(discord.Client):
    """A client with one command of each kind. What goes wrong in it is kept for the test."""

    def __init__(self, fake: FakeDiscord, **options: object) -> None:
        trust = ssl.create_default_context(cafile=str(fake.ca_file))
        super().__init__(
            intents=discord.Intents(guilds=True),
            proxy=fake.proxy_url,
            connector=aiohttp.TCPConnector(ssl=trust),
            guild_ready_timeout=0.05,
            **options,
        )
        self.tree = app_commands.CommandTree(self)
        self.errors: asyncio.Queue[Exception] = asyncio.Queue()
        self.tree.error(self._keep)
        self.tree.add_command(greet)
        self.tree.add_command(measure)
        self.tree.add_command(ask)
        self.tree.add_command(library)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass  # discord.py sleeps 5 s here

    async def _keep(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.put_nowait(getattr(error, "original", error))


@app_commands.command(name="greet", description="Greets, once a name has been thought of.")
@app_commands.choices(tone=[app_commands.Choice(name="warm", value="warm")])
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.allowed_installs(guilds=True, users=True)
async def greet(
    interaction: discord.Interaction, name: str, tone: str = "warm", private: bool = False
) -> None:
    await interaction.response.defer(ephemeral=private)
    view = discord.ui.View()
    button = discord.ui.Button(label="Again", custom_id="again")
    button.callback = _again
    view.add_item(button)
    await interaction.edit_original_response(content=f"Hello {name}, {tone}ly", view=view)


async def _again(interaction: discord.Interaction) -> None:
    await interaction.response.edit_message(content="Hello again")


@greet.autocomplete("name")
async def _names(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed}ice", value="alice")]


@app_commands.context_menu(name="Measure")
async def measure(interaction: discord.Interaction, message: discord.Message) -> None:
    data = await message.attachments[0].read()
    await interaction.response.send_message(
        f"{len(data)} bytes", file=discord.File(fp=_buffer(data), filename="copy.bin"), ephemeral=True
    )


@app_commands.command(name="ask", description="Asks with a modal.")
async def ask(interaction: discord.Interaction) -> None:
    modal = discord.ui.Modal(title="Trim", custom_id="trim")
    start = discord.ui.TextInput(custom_id="start", default="0")
    quality = discord.ui.Select(
        custom_id="quality", options=[discord.SelectOption(label="high", default=True), _MEDIUM]
    )
    modal.add_item(discord.ui.Label(text="Start", component=start))
    modal.add_item(discord.ui.Label(text="Quality", component=quality))

    async def submitted(answer: discord.Interaction) -> None:
        await answer.response.send_message(f"from {start.value} in {quality.values[0]}")

    modal.on_submit = submitted
    await interaction.response.send_modal(modal)


_MEDIUM = discord.SelectOption(label="medium")
library = app_commands.Group(name="library", description="Videos.")


@library.command(name="add", description="Adds a video.")
async def _add(interaction: discord.Interaction, file: discord.Attachment) -> None:
    layout = discord.ui.LayoutView()
    card = discord.ui.Container(discord.ui.TextDisplay(f"## {file.filename}"), accent_colour=0x5865F2)
    card.add_item(discord.ui.Separator())
    card.add_item(discord.ui.ActionRow(discord.ui.Button(label="Watch", url="https://example.org/d/1")))
    layout.add_item(card)
    await interaction.response.send_message(view=layout)


def _buffer(data: bytes) -> object:
    import io

    return io.BytesIO(data)


@pytest.fixture
async def bot(discord_server: FakeDiscord) -> AsyncIterator[Bot]:
    client = Bot(discord_server)
    running = asyncio.create_task(client.start(discord_server.token))
    await discord_server.ready()
    yield client
    await client.close()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_bot_logs_in_syncs_and_hears_of_its_guilds(discord_server: FakeDiscord) -> None:
    guild = discord_server.add_guild("studio")
    client = Bot(discord_server)
    running = asyncio.create_task(client.start(discord_server.token))
    await discord_server.ready()
    await client.wait_until_ready()
    assert client.get_guild(int(guild.id)).text_channels[0].name == "general"
    names = {command["name"] for command in discord_server.commands.of(None)}
    assert names == {"greet", "Measure", "ask", "library"}
    assert discord_server.gateway.identifies[0]["intents"] == discord.Intents(guilds=True).value
    await client.close()
    await running


async def test_a_command_is_deferred_and_its_message_edited(discord_server: FakeDiscord, bot: Bot) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    interaction = await discord_server.slash(
        "greet", user=alice, channel=guild.channels[0], options={"name": alice.mention}
    )
    answer = await interaction.answered()
    message = await interaction.message()
    assert answer.type is Callback.DEFERRED_MESSAGE
    assert message.content == f"Hello {alice.mention}, warmly"
    assert message.mentions == [alice.id]
    assert [edit.by for edit in message.edits] == ["interaction"]


async def test_autocomplete_offers_the_bots_choices(discord_server: FakeDiscord, bot: Bot) -> None:
    alice = discord_server.add_user("alice")
    channel = discord_server.dm(alice)
    choices = await discord_server.autocomplete(
        "greet", user=alice, channel=channel, options={"name": "al"}, focused="name"
    )
    assert choices == [{"name": "alice", "value": "alice"}]


async def test_a_click_changes_the_message_that_holds_the_button(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    alice = discord_server.add_user("alice")
    handle = await discord_server.slash(
        "greet", user=alice, channel=discord_server.dm(alice), options={"name": "A"}
    )
    message = await handle.message()
    click = await discord_server.click(message, "Again", user=alice)
    assert (await click.answered()).type is Callback.UPDATE
    assert message.content == "Hello again"


async def test_a_modal_comes_back_with_what_it_showed_and_what_was_typed(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    asked = await discord_server.slash("ask", user=alice, channel=guild.channels[0])
    submitted = await discord_server.submit_modal(asked, {"start": "1.5"})
    assert (await submitted.message()).content == "from 1.5 in high"


async def test_a_context_menu_reaches_the_file_and_uploads_another(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    post = discord_server.post(guild.channels[0], user=alice, files=[Upload("clip.mp4", b"12345")])
    message = await (await discord_server.context_menu("Measure", post, user=alice)).message()
    assert message.content == "5 bytes"
    assert message.ephemeral
    assert [(one["filename"], one["size"]) for one in message.attachments] == [("copy.bin", 5)]


async def test_a_sub_command_takes_a_file_and_answers_with_a_layout(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    handle = await discord_server.slash(
        "library add", user=alice, channel=guild.channels[0], options={"file": Upload("a.mp4", b"1")}
    )
    message = await handle.message()
    assert message.text == "## a.mp4\nWatch"
    assert message.links == {"Watch": "https://example.org/d/1"}


async def test_a_command_that_was_never_synced_cannot_be_called(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    alice = discord_server.add_user("alice")
    with pytest.raises(AssertionError, match="the bot to sync the SLASH command 'export'"):
        await discord_server.slash("export", user=alice, channel=discord_server.dm(alice), timeout_s=0)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        pytest.param({}, r"needs \['name'\]", id="missing"),
        pytest.param({"name": "A", "size": 3}, r"no options \['size'\]", id="unknown"),
        pytest.param({"name": "A", "tone": "cold"}, r"tone can be \['warm'\]", id="not-a-choice"),
    ],
)
async def test_options_that_discord_would_not_let_through_are_refused(
    discord_server: FakeDiscord, bot: Bot, options: dict[str, object], why: str
) -> None:
    alice = discord_server.add_user("alice")
    with pytest.raises(AssertionError, match=why):
        await discord_server.slash("greet", user=alice, channel=discord_server.dm(alice), options=options)


@pytest.mark.parametrize(("code", "status"), [(50027, 401), (10015, 404)])
async def test_a_dead_token_ends_the_interaction_but_not_the_bots_own_edit(
    discord_server: FakeDiscord, bot: Bot, code: int, status: int
) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    held = discord_server.hold(EDIT_ORIGINAL)
    handle = await discord_server.slash("greet", user=alice, channel=guild.channels[0], options={"name": "A"})
    await discord_server.met(held)
    handle.expire(code)
    held.release()
    error = await bot.errors.get()
    assert isinstance(error, discord.HTTPException)
    assert (error.code, error.status) == (code, status)
    channel = bot.get_partial_messageable(int(guild.channels[0].id))
    await channel.get_partial_message(int(handle.original.id)).edit(content="by the bot")
    assert handle.original.content == "by the bot"
    assert [edit.by for edit in handle.original.edits] == ["bot"]


async def test_a_forced_ephemeral_answer_is_out_of_the_bots_own_reach(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    channel = guild.channels[0]
    handle = await discord_server.slash(
        "greet", user=alice, channel=channel, options={"name": "A"}, forced_ephemeral=True
    )
    message = await handle.message()
    assert message.ephemeral
    partial = bot.get_partial_messageable(int(channel.id)).get_partial_message(int(message.id))
    with pytest.raises(discord.NotFound, match="10008"):
        await partial.edit(content="x")


async def test_a_user_install_works_where_the_bot_is_not(discord_server: FakeDiscord, bot: Bot) -> None:
    alice, bob = discord_server.add_user("alice"), discord_server.add_user("bob")
    channel = discord_server.dm(alice, bob)
    handle = await discord_server.slash("greet", user=alice, channel=channel, options={"name": "B"})
    await handle.message()
    assert handle.payload["authorizing_integration_owners"] == {"1": alice.id}
    with pytest.raises(discord.Forbidden, match="50001"):
        await bot.get_partial_messageable(int(channel.id)).send("x")


async def test_a_rate_limited_edit_is_tried_again(discord_server: FakeDiscord, bot: Bot) -> None:
    alice = discord_server.add_user("alice")
    guild = discord_server.add_guild("studio", [alice])
    message = await bot.get_partial_messageable(int(guild.channels[0].id)).send("one")
    limit = discord_server.fail(EDIT_MESSAGE, status=429, times=2, retry_after_s=0.01)
    await message.edit(content="two")
    assert limit.met == 2
    statuses = [one.status for one in discord_server.requests if one.route == EDIT_MESSAGE]
    assert statuses == [429, 429, 200]


async def test_a_file_over_the_limit_is_refused_with_413(discord_server: FakeDiscord, bot: Bot) -> None:
    discord_server.world.upload_limit_bytes = 3
    guild = discord_server.add_guild("studio")
    channel = bot.get_partial_messageable(int(guild.channels[0].id))
    with pytest.raises(discord.HTTPException, match="40005"):
        await channel.send(file=discord.File(_buffer(b"12345"), "a.bin"))


async def test_a_user_may_refuse_the_bots_direct_messages(discord_server: FakeDiscord, bot: Bot) -> None:
    shy = discord_server.add_user("shy", accepts_dms=False)
    with pytest.raises(discord.Forbidden, match="50007"):
        await (await bot.fetch_user(int(shy.id))).send("hello")


async def test_a_dropped_request_shows_the_bot_a_broken_connection(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    guild = discord_server.add_guild("studio")
    discord_server.drop(POST_MESSAGE)
    with pytest.raises(aiohttp.ClientError):
        await bot.get_partial_messageable(int(guild.channels[0].id)).send("x")


@pytest.mark.parametrize("trouble", ["op 7", "op 9", "close 4000", "drop"])
async def test_a_bot_that_was_cut_off_resumes_and_hears_what_it_missed(
    discord_server: FakeDiscord, bot: Bot, trouble: str
) -> None:
    alice = discord_server.add_user("alice")
    gateway = discord_server.gateway
    gateway.accepting = trouble != "drop"
    if trouble == "op 7":
        await gateway.ask_to_reconnect()
    elif trouble == "op 9":
        await gateway.invalidate(resumable=True)
    elif trouble == "drop":
        gateway.drop()
    else:
        await gateway.close(4000)
    await discord_server.until(lambda: not gateway.connected, "the bot to be gone")
    handle = await discord_server.slash(
        "greet", user=alice, channel=discord_server.dm(alice), options={"name": "A"}, connected=False
    )
    gateway.accepting = True
    await handle.message()
    assert len(gateway.resumes) == 1
    assert len(gateway.identifies) == 1


async def test_a_session_that_cannot_be_resumed_is_identified_anew(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    gateway = discord_server.gateway
    await gateway.invalidate(resumable=False)
    await discord_server.until(lambda: len(gateway.identifies) == 2, "a second identify")
    await discord_server.ready()
    assert gateway.resumes == []


async def test_a_gateway_that_stops_acking_is_left_and_found_again(discord_server: FakeDiscord) -> None:
    gateway = discord_server.gateway
    gateway.heartbeat_interval_s, gateway.acking = 0.05, False
    client = Bot(discord_server, heartbeat_timeout=0.2)
    running = asyncio.create_task(client.start(discord_server.token))
    await discord_server.until(lambda: gateway.resumes, "the bot to give the connection up")
    gateway.acking = True
    await client.close()
    await asyncio.gather(running, return_exceptions=True)
    assert 4000 in gateway.closes


async def test_a_gateway_that_is_down_at_boot_fails_the_first_connection(discord_server: FakeDiscord) -> None:
    discord_server.gateway.accepting = False
    client = Bot(discord_server)
    async with client:
        await client.login(discord_server.token)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.connect(reconnect=False)
    assert discord_server.gateway.attempts == 1


async def test_a_rejected_token_is_refused_by_rest_and_by_the_gateway(discord_server: FakeDiscord) -> None:
    async with Bot(discord_server) as client:
        await client.login(discord_server.token)
        discord_server.reject_token()
        with pytest.raises(discord.ConnectionClosed) as closed:
            await client.connect()
        assert closed.value.code == 4004
    async with Bot(discord_server) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login(discord_server.token)


async def test_any_other_host_is_refused_and_remembered(discord_server: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientHttpProxyError):
            await session.get("https://example.org/", proxy=discord_server.proxy_url)
    assert discord_server.violations == ["proxy: CONNECT example.org:443 is not Discord"]
    discord_server.violations.clear()


async def test_a_bot_process_needs_nothing_but_the_environment(discord_server: FakeDiscord) -> None:
    program = (
        "import asyncio, os, discord\n"
        "async def main():\n"
        "    proxy = os.environ['CUTDOWN_DISCORD__PROXY']\n"
        "    async with discord.Client(intents=discord.Intents.none(), proxy=proxy) as client:\n"
        "        await client.login(os.environ['CUTDOWN_DISCORD__TOKEN'])\n"
        "asyncio.run(main())\n"
    )
    import sys

    child = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", program, env=discord_server.environment()
    )
    assert await child.wait() == 0
    assert [one.route for one in discord_server.requests] == [
        "GET /users/@me",
        "GET /oauth2/applications/@me",
    ]


@pytest.mark.skipif(find() is None, reason=LEFT_OUT)
async def test_a_body_that_discord_does_not_document_is_a_violation(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    guild = discord_server.add_guild("studio")
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=guild.channels[0].id)
    with pytest.raises(discord.HTTPException, match="50035"):
        await bot.http.request(route, json={"content": "x", "components": [{"type": 2, "style": 9}]})
    assert len(discord_server.violations) == 1
    assert "components/0" in discord_server.violations[0]
    discord_server.violations.clear()


@pytest.mark.skipif(find() is None, reason=LEFT_OUT)
async def test_an_answer_that_discord_does_not_document_is_a_violation(
    discord_server: FakeDiscord, bot: Bot
) -> None:
    discord_server.world.bot.name = 7
    await bot.http.request(discord.http.Route("GET", "/users/@me"))
    assert discord_server.violations == [
        'fake\'s answer: GET /users/@me 200: at username: 7 is not of type "string"'
    ]
    discord_server.violations.clear()


async def test_waiting_in_vain_says_what_there_was(discord_server: FakeDiscord, bot: Bot) -> None:
    with pytest.raises(AssertionError, match=r"for a miracle[\s\S]*PUT /applications/\d+/commands -> 200"):
        await discord_server.until(lambda: None, "a miracle", timeout_s=0)
