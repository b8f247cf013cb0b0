"""A small bot that uses a bit of everything: the fake's own tests run it."""

import asyncio
import contextlib
import io
import ssl
from collections.abc import AsyncIterator

import aiohttp
import discord
from discord import app_commands

from tests.fake_discord.server import FakeDiscord

Interaction = discord.Interaction["ExampleBot"]
Button = discord.ui.Button[discord.ui.View]


class ExampleBot(discord.Client):
    """Syncs at every login. What goes wrong in its commands is kept for the test."""

    def __init__(self, fake: FakeDiscord, *, heartbeat_timeout: float = 60) -> None:
        trust = ssl.create_default_context(cafile=str(fake.ca_file))
        super().__init__(
            intents=discord.Intents(guilds=True),
            proxy=fake.proxy_url,
            connector=aiohttp.TCPConnector(ssl=trust),
            guild_ready_timeout=0.05,
            heartbeat_timeout=heartbeat_timeout,
        )
        self.errors: asyncio.Queue[Exception] = asyncio.Queue()
        self.tree = app_commands.CommandTree(self)
        self.tree.error(self._keep)
        self.tree.add_command(greet)
        self.tree.add_command(measure)
        self.tree.add_command(ask)
        self.tree.add_command(library)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Does without the five seconds that discord.py waits before it identifies again."""

    async def _keep(self, _: Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.put_nowait(getattr(error, "original", error))


@contextlib.asynccontextmanager
async def running(bot: ExampleBot, token: str) -> AsyncIterator[ExampleBot]:
    """The bot at work, without waiting for it to be ready."""
    task = asyncio.create_task(bot.start(token))
    try:
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


@app_commands.command(name="greet", description="Greets, once a name has been thought of.")
@app_commands.choices(tone=[app_commands.Choice(name="warm", value="warm")])
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.allowed_installs(guilds=True, users=True)
async def greet(interaction: Interaction, name: str, tone: str = "warm", private: bool = False) -> None:
    await interaction.response.defer(ephemeral=private)
    view = discord.ui.View()
    view.add_item(AgainButton(label="Again", custom_id="again"))
    await interaction.edit_original_response(content=f"Hello {name}, {tone}ly", view=view)


class AgainButton(Button):
    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content="Hello again")


@greet.autocomplete("name")
async def names(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed}ice", value="alice")]


@app_commands.context_menu(name="Measure")
async def measure(interaction: Interaction, message: discord.Message) -> None:
    data = await message.attachments[0].read()
    copy = discord.File(io.BytesIO(data), "copy.bin")
    await interaction.response.send_message(f"{len(data)} bytes", file=copy, ephemeral=True)


class TrimModal(discord.ui.Modal, title="Trim"):
    start = discord.ui.Label["TrimModal"](
        text="Start", component=discord.ui.TextInput["TrimModal"](custom_id="start", default="0")
    )
    quality = discord.ui.Label["TrimModal"](
        text="Quality",
        component=discord.ui.Select["TrimModal"](
            custom_id="quality",
            options=[discord.SelectOption(label="high", default=True), discord.SelectOption(label="medium")],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        start, quality = self.start.component, self.quality.component
        assert isinstance(start, discord.ui.TextInput)
        assert isinstance(quality, discord.ui.Select)
        await interaction.response.send_message(f"from {start.value} in {quality.values[0]}")


@app_commands.command(name="ask", description="Asks with a modal.")
async def ask(interaction: Interaction) -> None:
    await interaction.response.send_modal(TrimModal(custom_id="trim"))


library = app_commands.Group(name="library", description="Videos.")


@library.command(name="add", description="Adds a video.")
async def add(interaction: Interaction, file: discord.Attachment) -> None:
    layout = discord.ui.LayoutView()
    card = discord.ui.Container[discord.ui.LayoutView](
        discord.ui.TextDisplay(f"## {file.filename}"),
        discord.ui.Separator(),
        discord.ui.ActionRow(discord.ui.Button(label="Watch", url="https://example.org/d/1")),
        accent_colour=0x5865F2,
    )
    layout.add_item(card)
    await interaction.response.send_message(view=layout)
