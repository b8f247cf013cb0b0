"""What every button and select has: found by its name after any restart, its faults explained."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.chat.address import Address
from bot.chat.client import Interaction
from bot.chat.refusals import Refused, explain
from storage.models import Export

NEVER = r"(?!)"


class Answered(ui.DynamicItem[ui.Button[Any] | ui.Select[Any]], template=NEVER):
    """A button or a select. `parts` is what its name carries."""

    def __init__(self, item: ui.Button[Any] | ui.Select[Any], parts: dict[str, str]) -> None:
        super().__init__(item)
        self.parts = parts

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """How discord.py makes one when somebody has pressed it."""
        assert isinstance(item, ui.Button | ui.Select)
        return cls(item, match.groupdict())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Answer; tell the user when that fails."""
        try:
            await self.answer(interaction)
        except Exception as error:  # noqa: BLE001 - explained to the user, logged where it is ours
            await explain(interaction, error)

    async def answer(self, interaction: Interaction) -> None:
        """Do what was asked for."""
        raise NotImplementedError

    async def own_export(self, interaction: Interaction) -> Export:
        """The export that the name carries, if it is the user's.

        Raises:
            Refused: it is not, or it is gone.
        """
        export = await interaction.client.services.exports.get(self.parts["export_id"])
        if export is None or export.user_id != str(interaction.user.id):
            raise Refused("not_yours")
        return export

    async def own_card(self, interaction: Interaction) -> Export:
        """The same, with its message open for what comes of this, however old it is.

        Raises:
            Refused: as for `own_export`.
        """
        export = await self.own_export(interaction)
        assert interaction.message is not None  # the button is on it
        pressed = Address(
            user_id=export.user_id,
            application_id=str(interaction.application_id),
            token=interaction.token,
            channel_id=str(interaction.message.channel.id),
            message_id=str(interaction.message.id),
        )
        await interaction.client.post.reopen(export.id, pressed)
        return export
