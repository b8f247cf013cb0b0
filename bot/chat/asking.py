"""Asks for a short on behalf of whoever typed a command or pressed a button."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.chat.address import KIND, Address
from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.facts import card_of
from bot.chat.guilds import QUALITY, STRATEGY, GuildSettings, settings_here
from bot.chat.languages import words_for
from bot.chat.messages import left_out
from bot.chat.refusals import sentence
from processing.errors import ExportRefused, SceneNotFound
from processing.requests import ExportRequest
from storage.models import Destination, Export, Recipe, Scene


async def ask_for_short(
    interaction: Interaction,
    *,
    scene_id: str,
    recipe: Recipe,
    start_s: float | None = None,
    end_s: float | None = None,
    private: bool = False,
) -> None:
    """Answer at once with a message, ask for the export, and keep the message up to date from then on.

    A strategy or a quality that is not named in the recipe is the server's own.

    Raises:
        ExportRefused, Refused: nothing was created.
    """
    address = await _answered(interaction, private=private)
    here = await settings_here(interaction)
    export = await _accepted(
        interaction,
        address,
        here,
        scene_id=scene_id,
        recipe=replace(
            recipe,
            strategy=recipe.strategy or here.strategy or STRATEGY,
            quality=recipe.quality or here.quality or QUALITY,
        ),
        start_s=start_s,
        end_s=end_s,
    )
    first, *_ = await interaction.client.services.deliveries.destinations_of(export.id)
    await interaction.client.live.show(export, first)


async def ask_for_shorts(interaction: Interaction, *, scene_ids: Sequence[str], recipe: Recipe) -> None:
    """The same for several scenes in one message: what can be had is made, the rest is named.

    Raises:
        ExportRefused: nothing was created at all.
    """
    address = await _answered(interaction)
    here = await settings_here(interaction)
    exports: list[Export] = []
    refusals: list[tuple[str, ExportRefused]] = []
    # nobody tells of one of them before all are known
    async with interaction.client.post.turn(address):
        for scene_id in scene_ids:
            try:
                exports.append(await _accepted(interaction, address, here, scene_id=scene_id, recipe=recipe))
            except ExportRefused as error:
                refusals.append((scene_id, error))
        if not exports:
            raise refusals[-1][1]
        notes = [await _left_out(interaction, scene_id, error) for scene_id, error in refusals]
        batch = " ".join(export.id for export in exports)
        await _show_together(interaction, exports, replace(address, batch=batch, note="\n-# ".join(notes)))


async def _accepted(interaction: Interaction, address: Address, here: GuildSettings, **wanted: Any) -> Export:
    request = ExportRequest(
        user_id=str(interaction.user.id),
        guild_id=place_of(interaction),
        destinations=_destinations(address, here),
        link_lifetime=here.link_lifetime,
        **wanted,
    )
    return (await interaction.client.services.exporter.request(request)).export


async def _show_together(interaction: Interaction, exports: Sequence[Export], shared: Address) -> None:
    services = interaction.client.services
    for export in exports:
        first, *_ = await services.deliveries.destinations_of(export.id)
        await services.deliveries.readdress(first.id, shared.as_text())
    destination = Destination(id=first.id, kind=KIND, address=shared.as_text())
    await interaction.client.live.put(destination, await card_of(export, shared, services))


async def _left_out(interaction: Interaction, scene_id: str, error: ExportRefused) -> str:
    words = words_for(interaction.locale.value)
    scene = await interaction.client.services.scenes.get(scene_id)
    return left_out(scene.title if scene else scene_id, sentence(error, words) or "", words)


async def open_scene(interaction: Interaction, scene_id: str) -> Scene:
    """The scene of that name, if the user may make shorts of it there.

    Raises:
        SceneNotFound: unknown, or another user's.
    """
    scene = await interaction.client.services.scenes.open_to(
        scene_id, user_id=str(interaction.user.id), guild_id=place_of(interaction)
    )
    if scene is None:
        raise SceneNotFound("There is no such scene.")
    return scene


def place_of(interaction: Interaction) -> str | None:
    """The server where the user is; None outside of one."""
    return None if interaction.guild_id is None else str(interaction.guild_id)


def _destinations(address: Address, here: GuildSettings) -> list[Destination]:
    """The message, and the channel where the server shows what is finished."""
    places = [address]
    if here.channel_id and here.channel_id != address.channel_id and not address.private:
        places.append(
            Address(user_id=address.user_id, locale=address.locale, channel_id=here.channel_id, showcase=True)
        )
    return [Destination(kind=KIND, address=place.as_text()) for place in places]


async def _answered(interaction: Interaction, *, private: bool = False) -> Address:
    """Answer with a message that says "thinking", and tell where it is.

    Discord hides an answer of its own accord where the bot may not speak: what is hidden stays so.
    """
    answer = await acknowledge(interaction, ephemeral=private, thinking=True)
    if answer is not None:
        message_id, hidden = answer.message_id, answer.is_ephemeral()
    else:
        message = await interaction.original_response()
        message_id, hidden = message.id, message.flags.ephemeral
    return Address(
        user_id=str(interaction.user.id),
        locale=interaction.locale.value,
        application_id=str(interaction.application_id),
        token=interaction.token,
        channel_id=str(interaction.channel_id or ""),
        message_id=str(message_id or ""),
        private=hidden,
        upload_bytes=str(interaction.filesize_limit),
    )
