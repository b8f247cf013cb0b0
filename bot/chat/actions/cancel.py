"""Calls an unfinished export off."""

from bot.chat.actions.base import Answered
from bot.chat.answering import acknowledge
from bot.chat.client import Interaction
from bot.chat.names import Action, template
from bot.chat.refusals import Refused


class Cancel(Answered, template=template(Action.CANCEL, "export_id")):
    """The card follows by itself: the end of an export is news."""

    async def answer(self, interaction: Interaction) -> None:
        """Cancel it, unless it has ended."""
        await acknowledge(interaction)
        export = await self.own_card(interaction)
        if not await interaction.client.services.exporter.cancel(export.id):
            raise Refused("ended")
