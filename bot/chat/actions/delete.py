"""Deletes a finished short before its time."""

from bot.chat.actions.base import Answered
from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.names import Action, template
from bot.chat.refusals import Refused


class Delete(Answered, template=template(Action.DELETE, "export_id")):
    """The card follows by itself: the end of a link is news."""

    async def answer(self, interaction: Interaction) -> None:
        """Delete it, unless it is gone."""
        await acknowledge(interaction)
        export = await self.own_card(interaction)
        if not await interaction.client.services.exporter.withdraw(export.id):
            raise Refused("ended")
