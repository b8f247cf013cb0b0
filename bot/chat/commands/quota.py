"""`/quota`: what is left of the user's day."""

from discord import app_commands

from bot.chat.answering import acknowledge
from bot.chat.cards import quota_card
from bot.chat.client import Interaction
from bot.chat.facts import quota_of
from bot.chat.languages import said, words_for


@app_commands.command(name="quota", description=said("command.quota"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def quota(interaction: Interaction) -> None:
    """Show it to the user alone."""
    await acknowledge(interaction, ephemeral=True)
    quota = await quota_of(str(interaction.user.id), interaction.client.services)
    await interaction.edit_original_response(view=quota_card(quota, words_for(interaction.locale.value)))
