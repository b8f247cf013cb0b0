"""Asks for a short on behalf of whoever typed a command or pressed a button."""

from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.chat.address import Address
from bot.chat.client import ChatClient, Interaction
from bot.chat.languages import words_for
from bot.chat.live import KIND
from bot.chat.messages import left_out
from bot.chat.refusals import sentence
from processing.errors import ExportRefused
from processing.requests import ExportRequest
from storage.models import Destination, Export


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
    request = ExportRequest(
        scene_id=scene_id,
        strategy=strategy,
        quality=quality,
        user_id=str(interaction.user.id),
        destinations=[Destination(kind=KIND, address=_address(interaction, answer).as_text())],
        start_s=start_s,
        end_s=end_s,
    )
    accepted = await interaction.client.services.exporter.request(request)
    await _show(interaction, accepted.export)


async def ask_for_shorts(
    interaction: Interaction, *, scene_ids: Sequence[str], strategy: str, quality: str
) -> None:
    """The same for several scenes in one message: what can be had is made, the rest is named.

    Raises:
        ExportRefused: nothing was created at all.
    """
    address = _address(interaction, await interaction.response.defer(thinking=True))
    services, words = interaction.client.services, words_for(interaction.locale.value)
    exports: list[Export] = []
    refused: list[tuple[str, ExportRefused]] = []
    for scene_id in scene_ids:
        request = ExportRequest(
            scene_id=scene_id,
            strategy=strategy,
            quality=quality,
            user_id=address.user_id,
            destinations=[Destination(kind=KIND, address=address.as_text())],
        )
        try:
            exports.append((await services.exporter.request(request)).export)
        except ExportRefused as error:
            refused.append((scene_id, error))
    if not exports:
        raise refused[0][1]
    scenes = [(await services.scenes.get(scene_id), sentence(error, words)) for scene_id, error in refused]
    note = "\n-# ".join(left_out(scene.title if scene else "?", why or "", words) for scene, why in scenes)
    shared = replace(address, batch=" ".join(export.id for export in exports), note=note)
    for export in exports:
        for destination in await services.deliveries.destinations_of(export.id):
            await services.deliveries.readdress(destination.id, shared.as_text())
    await _show(interaction, exports[0])


async def _show(interaction: Interaction, export: Export) -> None:
    for destination in await interaction.client.services.deliveries.destinations_of(export.id):
        await interaction.client.live.show(export, destination)


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
        upload_bytes=str(interaction.filesize_limit),
    )
