"""`/exports`: the user's own history, with the links that still live."""

from discord import app_commands

from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.facts import quota_of
from bot.chat.languages import said, words_for
from bot.chat.lists import history_card

SHOWN = 10


@app_commands.command(name="exports", description=said("command.exports"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def exports(interaction: Interaction) -> None:
    """Show it to the user alone: whoever has a link has the file."""
    await acknowledge(interaction, ephemeral=True)
    services, user_id = interaction.client.services, str(interaction.user.id)
    exports = [
        (export, services.download_url(export))
        for export in await services.exports.of_user(user_id, at_most=SHOWN)
    ]
    words = words_for(interaction.locale.value)
    card = history_card(exports, quota=await quota_of(user_id, services), words=words)
    await interaction.edit_original_response(view=card)
