"""Asks for a short on behalf of whoever typed a command or pressed a button."""

import discord

from bot.chat.address import Address
from bot.chat.client import ChatClient, Interaction
from bot.chat.live import KIND
from processing.requests import ExportRequest
from storage.models import Destination


async def ask_for_short(
    interaction: Interaction,
    *,
    scene_id: str,
    strategy: str,
    quality: str,
    start_s: float | None = None,
    end_s: float | None = None,
    private: bool = False,
) -> None:
    """Answer at once with a message, ask for the export, and keep the message up to date from then on.

    Raises:
        ExportRefused: nothing was created.
    """
    answer = await interaction.response.defer(ephemeral=private, thinking=True)
    services = interaction.client.services
    accepted = await services.exporter.request(
        ExportRequest(
            scene_id=scene_id,
            strategy=strategy,
            quality=quality,
            user_id=str(interaction.user.id),
            destinations=[Destination(kind=KIND, address=_address(interaction, answer).as_text())],
            start_s=start_s,
            end_s=end_s,
        )
    )
    for destination in await services.deliveries.destinations_of(accepted.export.id):
        await interaction.client.live.show(accepted.export, destination)


def _address(
    interaction: Interaction, answer: discord.InteractionCallbackResponse[ChatClient] | None
) -> Address:
    assert answer is not None  # only a modal or an autocompletion is answered without a message
    return Address(
        user_id=str(interaction.user.id),
        locale=interaction.locale.value,
        application_id=str(interaction.application_id),
        token=interaction.token,
        channel_id=str(interaction.channel_id or ""),
        message_id=str(answer.message_id or ""),
        # Discord hides an answer of its own accord where the bot may not speak: what is hidden stays so
        private=answer.is_ephemeral(),
    )
