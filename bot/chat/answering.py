"""The first answer to an interaction, that another follows: given again where it may have gone astray."""

from typing import Any

import aiohttp
import discord
from discord import InteractionResponseType, InteractionType

#: Discord's own code for "Interaction has already been acknowledged".
ANSWERED = 40060
UNHEARD = "unheard_answer"


async def acknowledge(
    interaction: discord.Interaction[Any], *, thinking: bool = False, ephemeral: bool = False
) -> discord.InteractionCallbackResponse[Any] | None:
    """Answer within Discord's three seconds. None: it has the answer, but its receipt is lost.

    That it was acknowledged already is good news after an answer of our own went astray: else it was
    somebody else.
    """
    try:
        return await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except (aiohttp.ClientError, OSError):
        pass
    try:
        return await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except discord.HTTPException as error:
        if error.code != ANSWERED:
            raise
    shown = thinking or interaction.type is InteractionType.application_command
    interaction.extras[UNHEARD] = (
        InteractionResponseType.deferred_channel_message
        if shown
        else InteractionResponseType.deferred_message_update
    )
    return None


def answered_with(interaction: discord.Interaction[Any]) -> InteractionResponseType | None:
    """The kind of the first answer, heard of or not. None: there is none yet."""
    unheard: InteractionResponseType | None = interaction.extras.get(UNHEARD)
    return interaction.response.type or unheard
