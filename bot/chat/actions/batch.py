"""Makes shorts of several scenes at once."""

from discord import ui

from bot.chat.actions.base import Answered
from bot.chat.client import Interaction
from bot.chat.modals import open_batch_modal
from bot.chat.names import Action, template


class Batch(Answered, template=template(Action.BATCH)):
    """Opens the window for all that were chosen."""

    async def answer(self, interaction: Interaction) -> None:
        """Ask how they are to be made."""
        assert isinstance(self.item, ui.Select)
        await open_batch_modal(interaction, self.item.values)
