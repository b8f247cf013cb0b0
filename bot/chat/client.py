"""The discord.py client: which intents, which commands, and when they are sent to Discord."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.chat.languages import CommandTranslator
from bot.chat.live import LiveCards
from bot.chat.post import Post
from bot.chat.refusals import explain
from bot.services import Services

log = structlog.get_logger()

COMMANDS_NOTE = "discord.commands"

AnyCommand = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

AnyAction = discord.ui.DynamicItem[Any]


class ChatClient(discord.Client):
    """Sees guilds and nothing else; mentions nobody unless told to."""

    def __init__(
        self,
        *,
        services: Services,
        post: Post,
        live: LiveCards,
        commands: Iterable[AnyCommand],
        actions: Iterable[type[AnyAction]],
    ) -> None:
        # this bot never speaks: what voice would need is nothing to warn of at every start
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            proxy=services.settings.discord.proxy or None,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            heartbeat_timeout=services.settings.discord.silence_s,
            guild_ready_timeout=0.05,  # we do not wait for guilds: a command brings its own
        )
        self.services = services
        self.post = post
        self.live = live
        self.tree = Tree(self)
        for command in commands:
            self.tree.add_command(command)
        self._actions = tuple(actions)

    async def setup_hook(self) -> None:
        """Logged in: send the commands if they are not those that Discord has."""
        self.add_dynamic_items(*self._actions)
        await self.tree.set_translator(CommandTranslator())
        fingerprint = await self._fingerprint()
        if await self.services.notes.get(COMMANDS_NOTE) == fingerprint:
            return
        try:
            commands = await self.tree.sync()
        except app_commands.CommandSyncFailure:
            log.exception("discord refuses the commands, so those of before remain")
            return
        await self.services.notes.put(COMMANDS_NOTE, fingerprint)
        log.info("commands synced", count=len(commands))

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell of an event, unless the client has closed: discord.py still announces its readiness then."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_ready(self) -> None:
        """A new session: whatever was not shown meanwhile is shown now."""
        log.info("discord ready", guilds=len(self.guilds))
        self.services.board.ring()

    async def on_resumed(self) -> None:
        """The same session, after a while in which nothing could be sent."""
        self.services.board.ring()

    async def _fingerprint(self) -> str:
        translator = self.tree.translator
        assert translator is not None
        payload = [
            await command.get_translated_payload(self.tree, translator)
            for command in self.tree.get_commands()
        ]
        text = json.dumps([self.application_id, payload], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class Tree(app_commands.CommandTree[ChatClient]):
    """The commands; what goes wrong in one is explained in one place."""

    async def on_error(
        self, interaction: discord.Interaction[ChatClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the user."""
        await explain(interaction, error)


Interaction = discord.Interaction[ChatClient]
