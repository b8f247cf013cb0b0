"""`/settings`: what those who manage a server set for it."""

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.chat import guilds
from bot.chat.answering import acknowledge
from bot.chat.cards import BLUE, note_card
from bot.chat.client import Interaction
from bot.chat.languages import Words, said, words_for
from bot.chat.menus import QUALITY_CHOICES, STRATEGY_CHOICES
from bot.chat.refusals import Refused


class MessageChannel(app_commands.Transformer):
    """A channel that takes messages, taken from the command itself: the guild may not be known yet."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Of these kinds."""
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(
        self, interaction: discord.Interaction[Any], value: Any, /
    ) -> app_commands.AppCommandChannel:
        """As Discord has told it."""
        assert isinstance(value, app_commands.AppCommandChannel)
        return value


@app_commands.command(name="settings", description=said("command.settings"))
@app_commands.guild_install()
@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
@app_commands.describe(
    strategy=said("command.settings.strategy"),
    quality=said("command.settings.quality"),
    channel=said("command.settings.channel"),
    role=said("command.settings.role"),
    hours=said("command.settings.hours"),
    reset=said("command.settings.reset"),
)
@app_commands.choices(strategy=STRATEGY_CHOICES, quality=QUALITY_CHOICES)
async def settings(
    interaction: Interaction,
    strategy: str = "",
    quality: str = "",
    channel: app_commands.Transform[app_commands.AppCommandChannel, MessageChannel] | None = None,
    role: discord.Role | None = None,
    hours: app_commands.Range[int, 1, 8760] = 0,
    reset: bool = False,
) -> None:
    """Change what is named, or begin anew; then show what is set."""
    await acknowledge(interaction, ephemeral=True)
    assert interaction.guild_id is not None  # the command is for guilds only
    notes = interaction.client.services.notes
    longest_hours = interaction.client.services.settings.limits.link_hours
    if hours > longest_hours:
        raise Refused("too_many_hours", longest=f"{longest_hours:g}")
    before = guilds.GuildSettings() if reset else await guilds.load(notes, interaction.guild_id)
    changes = {
        "strategy": strategy,
        "quality": quality,
        "channel_id": str(channel.id) if channel else "",
        "role_id": str(role.id) if role else "",
        "link_hours": hours,
    }
    named: dict[str, Any] = {name: value for name, value in changes.items() if value}
    if role and role.is_default():
        named["role_id"] = ""
    after = replace(before, **named)
    await guilds.save(notes, interaction.guild_id, after)
    words = words_for(interaction.locale.value)
    said_now = _said(after, words, longest_hours=longest_hours)
    card = note_card(said_now, title=words("settings.title"), colour=BLUE)
    await interaction.edit_original_response(view=card)


def _said(settings: guilds.GuildSettings, words: Words, *, longest_hours: float) -> str:
    return words(
        "settings.text",
        strategy=settings.strategy or guilds.STRATEGY,
        quality=settings.quality or guilds.QUALITY,
        channel=f"<#{settings.channel_id}>" if settings.channel_id else words("settings.nowhere"),
        role=f"<@&{settings.role_id}>" if settings.role_id else words("settings.everyone"),
        hours=f"{min(settings.link_hours or longest_hours, longest_hours):g}",
    )
